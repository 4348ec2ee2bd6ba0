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
      define stream Search (key string, query string);
      define stream Click (key string, query string);
      define stream Txn (key string, amount double, merchant string, country string);
      define stream Login (key string, ok bool);
      define stream Buy (name string);
      define stream Sell (name string);
      define stream Other (key string);
      """;

  private static final String W1 = """
      partition with (key of Search, key of Click) begin
        from every s=Search -> c=Click[query == s.query] within 1 hour
        select s.key as key insert into Found;
        from every s=Search -> not Click[query == s.query] for 1 hour
        select s.key as key insert into Missed;
      end;
      """;

  private static final String W2A = """
      partition with (key of Txn) begin
        from every p=Txn[amount < 1.0]<3:> -> s=Txn[amount > 500.0] within 10 min
        select s.key as key insert into Found;
      end;
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

  private static final String W5_RULE = """
        from every h=Txn[amount < 50.0 and regex:matches('%s', merchant)] -> s=Txn[amount > %d.0]
        within %d millisec
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

  private static String w4(int stocks) {
    StringBuilder out = new StringBuilder("from ");
    for (int i = 1; i <= stocks; i++) {
      out.append(i > 1 ? " -> " : "").append("every s").append(i).append('=')
          .append(Workload.isSold(i) ? "Sell" : "Buy")
          .append("[name == '").append(Workload.stockOf(i)).append("']");
    }
    return out.append(" within 9999 millisec select s1.name as key insert into Found;\n").toString();
  }

  private static String w5(int rules) {
    StringBuilder out = new StringBuilder("partition with (key of Txn) begin\n");
    for (int i = 0; i < rules; i++) {
      out.append(W5_RULE.formatted(Workload.merchantOf(i), Workload.overOf(i), Workload.withinMsOf(i) - 1));
    }
    return out.append("end;\n").toString();
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
      return new Object[] {event.key, event.query};
    } else if (event instanceof Event.Txn) {
      return new Object[] {event.key, event.amount, event.merchant, event.country};
    } else if (event instanceof Event.Login) {
      return new Object[] {event.key, event.ok};
    }
    return new Object[] {event instanceof Event.Other ? event.key : event.name};
  }

  private SiddhiAppRuntime deploy(SiddhiManager manager, Workload workload) {
    String found = workload.base().equals("w1") ? "define stream Missed (key string);\n" : "";
    SiddhiAppRuntime app = manager.createSiddhiAppRuntime(HEAD + found + queries(workload));
    app.addCallback("Found", new StreamCallback() {
      @Override
      public void receive(io.siddhi.core.event.Event[] rows) {
        matches += rows.length;
      }
    });
    if (!found.isEmpty()) {
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
