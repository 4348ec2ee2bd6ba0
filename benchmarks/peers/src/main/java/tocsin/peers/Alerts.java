package tocsin.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What an engine found in one pass: counted, and written as lines of JSON if there is a file for them. */
final class Alerts implements Closeable {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();
  private static final int BUFFER_BYTES = 1 << 16;

  private final Workload workload;
  private final JsonGenerator json;
  private long matches;
  private long timeouts;

  private Alerts(Workload workload, JsonGenerator json) {
    this.workload = workload;
    this.json = json;
  }

  static Alerts counted(Workload workload) {
    return new Alerts(workload, null);
  }

  /** Of workloads whose rules have no alerts, nothing is written. */
  static Alerts written(Workload workload, Path file) throws IOException {
    JsonGenerator json = null;
    if (!workload.isOnlyCounted()) {
      json = JSON.createGenerator(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
      json.setRootValueSeparator(new SerializedString("\n"));
    }
    return new Alerts(workload, json);
  }

  long matches() {
    return matches;
  }

  long timeouts() {
    return timeouts;
  }

  /** `events` by the variables of the rule; asked for only if the alert is written. */
  void match(String rule, Supplier<Map<String, List<Event>>> events) {
    match(rule, 0, events);
  }

  /** One that tells a sum as well. */
  void match(String rule, double sum, Supplier<Map<String, List<Event>>> events) {
    matches++;
    if (json != null) {
      write(rule, "match", events.get(), sum);
    }
  }

  void timeout(String rule, Supplier<Map<String, List<Event>>> events) {
    timeouts++;
    if (json != null) {
      write(rule, "timeout", events.get(), 0);
    }
  }

  @Override
  public void close() throws IOException {
    if (json != null) {
      json.writeRaw('\n');
      json.close();
    }
  }

  private void write(String rule, String kind, Map<String, List<Event>> events, double sum) {
    try {
      json.writeStartObject();
      json.writeStringField("rule", rule);
      json.writeStringField("kind", kind);
      json.writeObjectFieldStart("key");
      json.writeStringField(workload.key(), first(events, workload.variables().get(0)).key);
      json.writeEndObject();
      json.writeStringField("message", message(kind, events, sum));
      json.writeObjectFieldStart("events");
      for (String variable : workload.variables()) {
        write(variable, events.get(variable));
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String variable, List<Event> events) throws IOException {
    if (events != null) {
      json.writeArrayFieldStart(variable);
      for (Event event : events) {
        write(event);
      }
      json.writeEndArray();
    }
  }

  private void write(Event event) throws IOException {
    json.writeStartObject();
    json.writeNumberField("ts", event.ts);
    json.writeStringField("type", event.type);
    json.writeStringField(workload.key(), event.key);
    if (event instanceof Event.Txn) {
      json.writeNumberField("amount", event.amount);
      json.writeStringField("merchant", event.merchant);
      json.writeStringField("country", event.country);
    } else if (event instanceof Event.Login) {
      json.writeStringField("ip", event.ip);
      json.writeBooleanField("ok", event.ok);
    } else {
      json.writeStringField("query", event.query);
      json.writeStringField("url", event.url);
    }
    json.writeEndObject();
  }

  private static Event first(Map<String, List<Event>> events, String variable) {
    return events.get(variable).get(0);
  }

  private String message(String kind, Map<String, List<Event>> events, double sum) {
    switch (workload.base()) {
      case "w1" -> {
        Event s = first(events, "s");
        return kind.equals("match") ? "'" + s.query + "' clicked"
            : "'" + s.query + "' drew no click from " + s.key;
      }
      case "w2a" -> {
        Event spend = first(events, "spend");
        return events.get("probe").size() + " probes, then " + spend.amount + " at " + spend.merchant;
      }
      case "w2b" -> {
        return first(events, "here").country + ", then " + first(events, "elsewhere").country;
      }
      case "w2c" -> {
        return first(events, "t").key + " spent " + sum;
      }
      case "w3" -> {
        return "in from " + first(events, "success").ip;
      }
      default -> {
        return first(events, "here").merchant + ", then " + first(events, "spend").amount;
      }
    }
  }
}
