package tocsin.peers;

import io.siddhi.core.SiddhiAppRuntime;
import io.siddhi.core.SiddhiManager;
import io.siddhi.core.stream.input.InputHandler;
import io.siddhi.core.stream.output.StreamCallback;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Siddhi in playback, so that events drive its clock; keys are partitions. */
final class SiddhiPeer implements Engine {
  private static final String HEAD = """
      @app:playback
      define stream Search (key string, query string, ts long);
      define stream Click (key string, query string, ts long);
      define stream Txn (key string, amount double, merchant string, country string, ts long);
      define stream Login (key string, ok bool);
      define stream Buy (name string, ts long);
      define stream Sell (name string, ts long);
      define stream Other (key string);
      """;

  // `not Click for 1 hour` would say Missed in one line, but each click then walks all that is open: the time
  // taken grows with the square of the events. A window and an indexed table do not.
  private static final String W1 = """
      define stream Gone (key string, query string, ts long);
      define stream Missed (key string);
      @PrimaryKey('key', 'query') define table Clicked (key string, query string, ts long);
      partition with (key of Search, key of Click) begin
        from every s=Search -> c=Click[query == s.query] within 1 hour
        select s.key as key insert into Found;
      end;
      from Click select key, query, ts
      update or insert into Clicked on Clicked.key == key and Clicked.query == query;
      from Search#window.time(1 hour 1 millisec) select key, query, ts insert expired events into Gone;
      from Gone[not ((key == Clicked.key and query == Clicked.query and ts <= Clicked.ts) in Clicked)]
      select key insert into Missed;
      """;

  // Patterns cannot resume after a match. So a match is of the last three probes, of which there is one for a
  // payment, and one that begins before the last match has ended is dropped.
  private static final String W2A = """
      define stream Probed (key string, began long, ended long);
      define stream Found (key string, ended long);
      @PrimaryKey('key') define table Last (key string, ended long);
      partition with (key of Txn) begin
        from every p1=Txn[amount < 1.0] -> p2=Txn[amount < 1.0] -> p3=Txn[amount < 1.0]
          -> not Txn[amount < 1.0] and s=Txn[amount > 500.0] within 10 min
        select s.key as key, p1.ts as began, s.ts as ended insert into Probed;
      end;
      from Probed[not ((key == Last.key and began <= Last.ended) in Last)] select key, ended insert into Found;
      from Found select key, ended update or insert into Last on Last.key == key;
      """;

  private static final String W2B = """
      partition with (key of Txn) begin
        from every h=Txn -> e=Txn[country != h.country] within 5 min
        select e.key as key insert into Found;
      end;
      """;

  private static final String W2C = """
      from Txn#window.time(10 min) select key, sum(amount) as total group by key having total > 5000.0
      insert into Found;
      """;

  private static final String W3 = """
      partition with (key of Login) begin
        from every f1=Login[ok == false], f2=Login[ok == false], f3=Login[ok == false], f4=Login[ok == false],
          f5=Login[ok == false], s=Login[ok == true] within 2 min
        select s.key as key insert into Found;
      end;
      """;

  private static final String W5_START = """
      from Txn[amount < 50.0 and regex:matches('%s', merchant)] select key insert into Start%d;
      """;
  private static final String W5_RULE = """
        from every h=Start%d -> s=Spend[amount > %d.0] within %d millisec
        select s.key as key insert into Found;
      """;

  private long matches;
  private long timeouts;

  @Override
  public boolean wantsOrder() {
    return true;
  }

  @Override
  public Set<String> workloads() {
    return Set.of("w1", "w2a", "w2b", "w2c", "w3", "w4", "w5");
  }

  /** `within` lets some through whose first step is too old if `every` is before each step. */
  private static String w4(int stocks) {
    StringBuilder out = new StringBuilder("from ");
    for (int i = 1; i <= stocks; i++) {
      out.append(i > 1 ? " -> " : "").append("every s").append(i).append('=')
          .append(Workload.isSold(i) ? "Sell" : "Buy")
          .append("[name == '").append(Workload.stockOf(i))
          .append(i == stocks ? "' and ts - s1.ts < 10000]" : "']");
    }
    return out.append(" within 9999 millisec select s1.name as key insert into Found;\n").toString();
  }

  /** What can start or end a rule is told before the partition, so that other events make no state. */
  private static String w5(int rules) {
    StringBuilder starts = new StringBuilder();
    StringBuilder keys = new StringBuilder("key of Spend");
    StringBuilder patterns = new StringBuilder();
    for (int i = 0; i < rules; i++) {
      starts.append(W5_START.formatted(Workload.merchantOf(i), i));
      keys.append(", key of Start").append(i);
      patterns.append(W5_RULE.formatted(i, Workload.overOf(i), Workload.withinMsOf(i) - 1));
    }
    return "from Txn[amount > 100.0] select key, amount insert into Spend;\n" + starts + "partition with ("
        + keys + ") begin\n" + patterns + "end;\n";
  }

  private static String queries(Workload workload) {
    return switch (workload.base()) {
      case "w1" -> W1;
      case "w2a" -> W2A;
      case "w2b" -> W2B;
      case "w2c" -> W2C;
      case "w3" -> W3;
      case "w4" -> w4(workload.size());
      default -> w5(workload.size());
    };
  }

  private static Object[] row(Event event) {
    if (event instanceof Event.Search || event instanceof Event.Click) {
      return new Object[] {event.key, event.query, event.ts};
    } else if (event instanceof Event.Txn) {
      return new Object[] {event.key, event.amount, event.merchant, event.country, event.ts};
    } else if (event instanceof Event.Login) {
      return new Object[] {event.key, event.ok};
    }
    return event instanceof Event.Other ? new Object[] {event.key} : new Object[] {event.name, event.ts};
  }

  private SiddhiAppRuntime deploy(SiddhiManager manager, Workload workload) {
    SiddhiAppRuntime app = manager.createSiddhiAppRuntime(HEAD + queries(workload));
    app.addCallback("Found", new StreamCallback() {
      @Override
      public void receive(io.siddhi.core.event.Event[] rows) {
        matches += rows.length;
      }
    });
    if (workload.base().equals("w1")) {
      app.addCallback("Missed", new StreamCallback() {
        @Override
        public void receive(io.siddhi.core.event.Event[] rows) {
          timeouts += rows.length;
        }
      });
    }
    app.start();
    return app;
  }

  @Override
  public Outcome run(Workload workload, Event[] events) throws Exception {
    matches = 0;
    timeouts = 0;
    SiddhiManager manager = new SiddhiManager();
    SiddhiAppRuntime app = deploy(manager, workload);
    Map<Class<?>, InputHandler> handlers = new HashMap<>();
    Object[][] rows = new Object[events.length][];
    InputHandler[] into = new InputHandler[events.length];
    for (int i = 0; i < events.length; i++) {
      rows[i] = row(events[i]);
      into[i] = handlers.computeIfAbsent(events[i].getClass(),
          type -> app.getInputHandler(type.getSimpleName()));
    }
    Clocks clocks = new Clocks();
    for (int i = 0; i < events.length; i++) {
      into[i].send(events[i].ts, rows[i]);
    }
    long end = events[events.length - 1].ts + 2 * Workload.HOUR_MS;
    app.getInputHandler("Other").send(end, new Object[] {"the end"});
    Outcome outcome = clocks.stop(matches, timeouts);
    app.shutdown();
    manager.shutdown();
    return outcome;
  }
}
