package tocsin.peers;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.common.client.configuration.compiler.ConfigurationCompilerExecution;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.EPEventService;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import com.espertech.esper.runtime.client.EPStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Esper, its clock set by the events. Keys are conditions of the patterns' filters, which Esper indexes: no
 * context with a partition for each key.
 */
final class EsperPeer implements Engine {
  private static final List<Class<? extends Event>> TYPES = List.of(Event.Search.class, Event.Click.class,
      Event.Txn.class, Event.Login.class, Event.Buy.class, Event.Sell.class, Event.Other.class);

  // A search ends with whatever comes first; then c is null, or it is not.
  private static final String W1 = """
      @name('w1') select s, c
      from pattern [every s=Search -> (c=Click(key = s.key, query = s.query) or timer:interval(1 hour 1 msec))]
      """;

  // Between steps lies what cannot be the next one: before the third probe large payments, after it probes.
  // So each start has one way through.
  private static final String W2A = """
      @name('w2a') select * from Txn(amount < 1 or amount > 500)
      match_recognize (
        partition by key
        measures p1 as p1, p2 as p2, p3 as p3, c as more, s as spend
        after match skip past last row
        pattern (p1 a* p2 b* p3 c* s)
        define
          p1 as p1.amount < 1,
          a as a.amount > 500 and a.ts - p1.ts <= 600000,
          p2 as p2.amount < 1 and p2.ts - p1.ts <= 600000,
          b as b.amount > 500 and b.ts - p1.ts <= 600000,
          p3 as p3.amount < 1 and p3.ts - p1.ts <= 600000,
          c as c.amount < 1 and c.ts - p1.ts <= 600000,
          s as s.amount > 500 and s.ts - p1.ts <= 600000)
      """;

  private static final String W2B = """
      @name('w2b') select here, elsewhere
      from pattern [every here=Txn ->
        (elsewhere=Txn(key = here.key, country != here.country) where timer:within(5 minutes 1 msec))]
      """;

  // t is not grouped by: a row for each event that enters, none for those that leave.
  private static final String W2C = """
      @name('w2c') select t, sum(amount) as total
      from Txn#time(10 minutes) as t group by key having sum(amount) > 5000
      """;

  private static final String W3 = """
      @name('w3') select * from Login
      match_recognize (
        partition by key
        measures f1 as f1, f2 as f2, f3 as f3, f4 as f4, f5 as f5, s as success
        after match skip past last row
        pattern (f1 f2 f3 f4 f5 s)
        define
          f1 as not f1.ok, f2 as not f2.ok, f3 as not f3.ok, f4 as not f4.ok, f5 as not f5.ok,
          s as s.ok and s.ts - f1.ts <= 120000)
      """;

  private static final String W5_RULE = """
      @name('w5-%d') select here, spend
      from pattern [every here=Txn(merchant regexp '%s', amount < 50) ->
        (spend=Txn(key = here.key, amount > %d) where timer:within(%d minutes))];
      """;

  private EPRuntime runtime;  // deployed once: what it generates is warm after the first run
  private long shiftMs;
  private Alerts alerts;

  @Override
  public boolean wantsOrder() {
    return true;
  }

  @Override
  public Set<String> workloads() {
    return Set.of("w1", "w2a", "w2b", "w2c", "w3", "w4", "w5");
  }

  private static String w4(int stocks) {
    StringBuilder rest = new StringBuilder();
    for (int i = 2; i <= stocks; i++) {
      rest.append(i > 2 ? " -> " : "").append("every ").append(step(i));
    }
    return "@name('w4') select s1.ts as began from pattern [every " + step(1) + " -> ((" + rest
        + ") where timer:within(10 seconds))]";
  }

  private static String step(int i) {
    return "s" + i + "=" + (Workload.isSold(i) ? "Sell" : "Buy") + "(name = '" + Workload.stockOf(i) + "')";
  }

  private static String w5(int rules) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < rules; i++) {
      String merchant = Workload.merchantOf(i).replace("\\", "\\\\");
      long minutes = Workload.withinMsOf(i) / Workload.MINUTE_MS;
      out.append(W5_RULE.formatted(i, merchant, Workload.overOf(i), minutes));
    }
    return out.toString();
  }

  private static String statements(Workload workload) {
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

  private void tell(Workload workload, String rule, EventBean row) {
    switch (workload.base()) {
      case "w1" -> {
        if (row.get("c") != null) {
          alerts.match(rule, () -> Map.of("s", list(row, "s"), "c", list(row, "c")));
        } else {
          alerts.timeout(rule, () -> Map.of("s", list(row, "s")));
        }
      }
      case "w2a" -> alerts.match(rule, () ->
          Map.of("probe", list(row, "p1", "p2", "p3", "more"), "spend", list(row, "spend")));
      case "w2c" -> alerts.match(rule, (Double) row.get("total"), () -> Map.of("t", list(row, "t")));
      case "w3" -> alerts.match(rule, () -> Map.of("failure", list(row, "f1", "f2", "f3", "f4", "f5"),
          "success", list(row, "success")));
      default -> alerts.match(rule, () -> {
        Map<String, List<Event>> out = new HashMap<>();
        workload.variables().forEach(variable -> out.put(variable, list(row, variable)));
        return out;
      });
    }
  }

  /** What the row has under `names`, each one event, an array of them, or nothing. */
  private static List<Event> list(EventBean row, String... names) {
    List<Event> out = new ArrayList<>(names.length);
    for (String name : names) {
      Object found = row.get(name);
      if (found instanceof Object[] many) {
        for (Object each : many) {
          out.add((Event) each);
        }
      } else if (found != null) {
        out.add((Event) found);
      }
    }
    return out;
  }

  private EPRuntime deploy(Workload workload) throws Exception {
    Configuration configuration = new Configuration();
    for (Class<? extends Event> type : TYPES) {
      configuration.getCommon().addEventType(type.getSimpleName(), type);
    }
    configuration.getRuntime().getThreading().setInternalTimerEnabled(false);
    // Expressions of filters that only differ in a constant could share an index; for `regexp` that is slower.
    configuration.getCompiler().getExecution().setFilterIndexPlanning(
        ConfigurationCompilerExecution.FilterIndexPlanning.BASIC);
    EPCompiled compiled =
        EPCompilerProvider.getCompiler().compile(statements(workload), new CompilerArguments(configuration));
    EPRuntime runtime = EPRuntimeProvider.getRuntime("peers", configuration);
    runtime.initialize();
    for (EPStatement statement : runtime.getDeploymentService().deploy(compiled).getStatements()) {
      statement.addListener((in, out, of, by) -> {
        if (in != null) {
          for (EventBean row : in) {
            tell(workload, statement.getName(), row);
          }
        }
      });
    }
    return runtime;
  }

  /** Events become later than all before: its clock does not go back, and what those left behind is too old. */
  private final class IntoRuntime implements Pass.Into<Event> {
    private final EPEventService service = runtime.getEventService();
    private long firstMs = Long.MIN_VALUE;
    private long nowMs = Long.MIN_VALUE;

    @Override
    public Event prepare(Event event) {
      event.ts += shiftMs;
      return event;
    }

    @Override
    public void send(Event event) {
      if (event.ts != nowMs) {
        firstMs = firstMs == Long.MIN_VALUE ? event.ts : firstMs;
        nowMs = event.ts;
        service.advanceTime(nowMs);
      }
      service.sendEventBean(event, event.getClass().getSimpleName());
    }

    @Override
    public void end() {
      service.advanceTime(nowMs + 2 * Workload.HOUR_MS);
      shiftMs += nowMs - firstMs + 4 * Workload.HOUR_MS;
    }
  }

  @Override
  public Pass.Outcome run(Workload workload, Pass pass) throws Exception {
    if (runtime == null) {
      runtime = deploy(workload);
      runtime.getEventService().clockExternal();
    }
    alerts = pass.alerts();
    return pass.through(new IntoRuntime());
  }
}
