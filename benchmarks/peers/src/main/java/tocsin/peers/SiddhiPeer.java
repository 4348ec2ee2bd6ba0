package tocsin.peers;

import io.siddhi.core.SiddhiAppRuntime;
import io.siddhi.core.SiddhiManager;
import io.siddhi.core.stream.input.InputHandler;
import io.siddhi.core.stream.output.StreamCallback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Siddhi in playback, so that events drive its clock; keys are partitions. */
final class SiddhiPeer implements Engine {
  private static final String HEAD = """
      @app:playback
      define stream Search (key string, query string, ts long, event object);
      define stream Click (key string, query string, ts long, event object);
      define stream Txn (key string, amount double, merchant string, country string, ts long, event object);
      define stream Login (key string, ok bool, event object);
      define stream Buy (name string, ts long);
      define stream Sell (name string, ts long);
      define stream Other (key string);
      """;

  // `not Click for 1 hour` would say Missed in one line, but each click then walks all that is open: the time
  // taken grows with the square of the events. A window and an indexed table do not.
  private static final String W1 = """
      define stream Gone (key string, query string, ts long, event object);
      define stream Missed (s object);
      @PrimaryKey('key', 'query') define table Clicked (key string, query string, ts long);
      partition with (key of Search, key of Click) begin
        from every s=Search -> c=Click[query == s.query] within 1 hour
        select s.event as s, c.event as c insert into Found;
      end;
      from Click select key, query, ts
      update or insert into Clicked on Clicked.key == key and Clicked.query == query;
      from Search#window.time(1 hour 1 millisec) select key, query, ts, event
      insert expired events into Gone;
      from Gone[not ((key == Clicked.key and query == Clicked.query and ts <= Clicked.ts) in Clicked)]
      select event as s insert into Missed;
      """;

  // Patterns cannot resume after a match. So a match is of the last three probes, of which there is one for a
  // payment, and one that begins before the last match has ended is dropped.
  private static final String W2A = """
      define stream Probed (key string, began long, ended long, p1 object, p2 object, p3 object, s object);
      @PrimaryKey('key') define table Last (key string, ended long);
      partition with (key of Txn) begin
        from every p1=Txn[amount < 1.0] -> p2=Txn[amount < 1.0] -> p3=Txn[amount < 1.0]
          -> not Txn[amount < 1.0] and s=Txn[amount > 500.0] within 10 min
        select s.key as key, p1.ts as began, s.ts as ended,
          p1.event as p1, p2.event as p2, p3.event as p3, s.event as s
        insert into Probed;
      end;
      from Probed[not ((key == Last.key and began <= Last.ended) in Last)]
      select p1, p2, p3, s, key, ended insert into Found;
      from Found select key, ended update or insert into Last on Last.key == key;
      """;

  private static final String W2B = """
      partition with (key of Txn) begin
        from every h=Txn -> e=Txn[country != h.country] within 5 min
        select h.event as here, e.event as elsewhere insert into Found;
      end;
      """;

  private static final String W2C = """
      from Txn#window.time(10 min) select event as t, sum(amount) as total group by key having total > 5000.0
      insert into Found;
      """;

  private static final String W3 = """
      partition with (key of Login) begin
        from every f1=Login[ok == false], f2=Login[ok == false], f3=Login[ok == false], f4=Login[ok == false],
          f5=Login[ok == false], s=Login[ok == true] within 2 min
        select f1.event as f1, f2.event as f2, f3.event as f3, f4.event as f4, f5.event as f5, s.event as s
        insert into Found;
      end;
      """;

  private static final String W5_START = """
      from Txn[amount < 50.0 and regex:matches('%s', merchant)] select key, event insert into Start%d;
      """;
  private static final String W5_RULE = """
        from every h=Start%d -> s=Spend[amount > %d.0] within %d millisec
        select 'w5-%d' as rule, h.event as here, s.event as spend insert into Found;
      """;

  /** An event as it is sent. */
  private record Row(InputHandler into, long ts, Object[] data) {}

  private Alerts alerts;

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
      patterns.append(W5_RULE.formatted(i, Workload.overOf(i), Workload.withinMsOf(i) - 1, i));
    }
    return "from Txn[amount > 100.0] select key, amount, event insert into Spend;\n" + starts + "partition with ("
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

  private static Object[] data(Event event) {
    if (event instanceof Event.Search || event instanceof Event.Click) {
      return new Object[] {event.key, event.query, event.ts, event};
    } else if (event instanceof Event.Txn) {
      return new Object[] {event.key, event.amount, event.merchant, event.country, event.ts, event};
    } else if (event instanceof Event.Login) {
      return new Object[] {event.key, event.ok, event};
    }
    return event instanceof Event.Other ? new Object[] {event.key} : new Object[] {event.name, event.ts};
  }

  private void tell(Workload workload, Object[] row) {
    String rule = workload.name();
    switch (workload.base()) {
      case "w1", "w2b" -> {
        List<String> variables = workload.variables();
        alerts.match(rule, () ->
            Map.of(variables.get(0), events(row, 0, 1), variables.get(1), events(row, 1, 2)));
      }
      case "w2a" -> alerts.match(rule, () -> Map.of("probe", events(row, 0, 3), "spend", events(row, 3, 4)));
      case "w2c" -> alerts.match(rule, (Double) row[1], () -> Map.of("t", events(row, 0, 1)));
      case "w3" -> alerts.match(rule, () -> Map.of("failure", events(row, 0, 5), "success", events(row, 5, 6)));
      case "w4" -> alerts.match(rule, Map::of);
      default -> alerts.match((String) row[0], () ->
          Map.of("here", events(row, 1, 2), "spend", events(row, 2, 3)));
    }
  }

  private static List<Event> events(Object[] row, int from, int to) {
    List<Event> out = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      out.add((Event) row[i]);
    }
    return out;
  }

  private static void listen(SiddhiAppRuntime app, String stream, Consumer<Object[]> tell) {
    app.addCallback(stream, new StreamCallback() {
      @Override
      public void receive(io.siddhi.core.event.Event[] rows) {
        for (io.siddhi.core.event.Event row : rows) {
          tell.accept(row.getData());
        }
      }
    });
  }

  private SiddhiAppRuntime deploy(SiddhiManager manager, Workload workload) {
    SiddhiAppRuntime app = manager.createSiddhiAppRuntime(HEAD + queries(workload));
    listen(app, "Found", row -> tell(workload, row));
    if (workload.base().equals("w1")) {
      listen(app, "Missed", row -> alerts.timeout(workload.name(), () -> Map.of("s", events(row, 0, 1))));
    }
    app.start();
    return app;
  }

  private static final class IntoApp implements Pass.Into<Row> {
    private final SiddhiAppRuntime app;
    private final Map<Class<?>, InputHandler> handlers = new HashMap<>();
    private long lastMs;

    IntoApp(SiddhiAppRuntime app) {
      this.app = app;
    }

    @Override
    public Row prepare(Event event) {
      InputHandler into = handlers.computeIfAbsent(event.getClass(),
          type -> app.getInputHandler(type.getSimpleName()));
      return new Row(into, event.ts, data(event));
    }

    @Override
    public void send(Row row) throws InterruptedException {
      lastMs = row.ts;
      row.into.send(row.ts, row.data);
    }

    @Override
    public void end() throws InterruptedException {
      app.getInputHandler("Other").send(lastMs + 2 * Workload.HOUR_MS, new Object[] {"the end"});
    }
  }

  @Override
  public Pass.Outcome run(Workload workload, Pass pass) throws Exception {
    alerts = pass.alerts();
    SiddhiManager manager = new SiddhiManager();
    SiddhiAppRuntime app = deploy(manager, workload);
    Pass.Outcome outcome = pass.through(new IntoApp(app));
    app.shutdown();
    manager.shutdown();
    return outcome;
  }
}
