package tocsin.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Reads the first lines of an NDJSON file into memory, before any clock runs. */
final class EventFile {
  private static final JsonFactory JSON = new JsonFactory();

  private EventFile() {}

  /** As they arrived. */
  static Event[] read(Path path, int linesMax) throws IOException {
    List<Event> events = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      for (String line; events.size() < linesMax && (line = lines.readLine()) != null; ) {
        events.add(parse(line));
      }
    }
    return events.toArray(new Event[0]);
  }

  /** By time, then as they arrived. */
  static Event[] sorted(Event[] events) {
    Event[] out = events.clone();
    Arrays.sort(out, Comparator.comparingLong(event -> event.ts));
    return out;
  }

  private static Event parse(String line) throws IOException {
    String type = null;
    Event in = new Event();
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "ts" -> in.ts = json.getLongValue();
          case "type" -> type = json.getText();
          case "user", "card" -> in.key = json.getText();
          case "query" -> in.query = json.getText();
          case "amount" -> in.amount = json.getDoubleValue();
          case "merchant" -> in.merchant = json.getText();
          case "country" -> in.country = json.getText();
          case "ok" -> in.ok = json.getBooleanValue();
          case "name" -> in.name = json.getText();
          default -> { }  // no workload reads it
        }
      }
    }
    return typed(type, in);
  }

  private static Event typed(String type, Event in) {
    Event out = switch (type) {
      case "search" -> new Event.Search();
      case "click" -> new Event.Click();
      case "txn" -> new Event.Txn();
      case "login" -> new Event.Login();
      case "BUY" -> new Event.Buy();
      case "SELL" -> new Event.Sell();
      default -> new Event.Other();
    };
    out.ts = in.ts;
    out.key = in.key;
    out.query = in.query;
    out.amount = in.amount;
    out.merchant = in.merchant;
    out.country = in.country;
    out.ok = in.ok;
    out.name = in.name;
    return out;
  }
}
