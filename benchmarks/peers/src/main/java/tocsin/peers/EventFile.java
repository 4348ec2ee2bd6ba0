package tocsin.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The first lines of an NDJSON file as events: as they arrived, or in the order of their times. */
final class EventFile implements Closeable {
  /**
   * How to open one.
   *
   * @param disorderMs how far behind the newest event another may come, for those that are put into order;
   *     0: events are not put into order
   */
  record Opener(Path path, int linesMax, long disorderMs) {
    EventFile open() throws IOException {
      return new EventFile(this);
    }

    /** All at once. */
    List<Event> read() throws IOException {
      List<Event> out = new ArrayList<>();
      try (EventFile file = open()) {
        for (Event event; (event = file.next()) != null; ) {
          out.add(event);
        }
      }
      return out;
    }
  }

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();
  private static final int BUFFER_BYTES = 1 << 16;

  private final JsonParser json;  // one for all lines: to JSON they are values with white space between them
  private final long disorderMs;
  private final PriorityQueue<Event> waiting = new PriorityQueue<>(
      Comparator.<Event>comparingLong(event -> event.ts).thenComparingLong(event -> event.arrival));
  private long newestMs = Long.MIN_VALUE;
  private int linesLeft;

  private EventFile(Opener how) throws IOException {
    json = JSON.createParser(new BufferedInputStream(Files.newInputStream(how.path()), BUFFER_BYTES));
    linesLeft = how.linesMax();
    disorderMs = how.disorderMs();
  }

  /** Null at the end. */
  Event next() throws IOException {
    return disorderMs > 0 ? nextInOrder() : nextAsArrived();
  }

  @Override
  public void close() throws IOException {
    json.close();
  }

  private Event nextInOrder() throws IOException {
    while (waiting.isEmpty() || waiting.peek().ts >= newestMs - disorderMs) {
      Event event = nextAsArrived();
      if (event == null) {
        break;
      }
      newestMs = Math.max(newestMs, event.ts);
      waiting.add(event);
    }
    return waiting.poll();
  }

  private Event nextAsArrived() throws IOException {
    if (linesLeft == 0 || json.nextToken() == null) {
      return null;
    }
    Event out = parse();
    out.arrival = -linesLeft--;
    return out;
  }

  private Event parse() throws IOException {
    Event in = new Event();
    for (String field; (field = json.nextFieldName()) != null; ) {
      json.nextToken();
      switch (field) {
        case "ts" -> in.ts = json.getLongValue();
        case "type" -> in.type = json.getText();
        case "user", "card" -> in.key = json.getText();
        case "query" -> in.query = json.getText();
        case "url" -> in.url = json.getText();
        case "amount" -> in.amount = json.getDoubleValue();
        case "merchant" -> in.merchant = json.getText();
        case "country" -> in.country = json.getText();
        case "ip" -> in.ip = json.getText();
        case "ok" -> in.ok = json.getBooleanValue();
        case "name" -> in.name = json.getText();
        default -> { }  // no workload reads it
      }
    }
    return in.typed();
  }
}
