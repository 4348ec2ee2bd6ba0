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
import java.util.List;
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
      @name('w1') select c.ts as clicked
      from pattern [every s=Search -> (c=Click(key = s.key, query = s.query) or timer:interval(1 hour 1 msec))]
      """;

  // Between steps lies what cannot be the next one: before the third probe large payments, after it probes.
  // So each start has one way through.
  private static final String W2A = """
      @name('w2a') select * from Txn(amount < 1 or amount > 500)
      match_recognize (
        partition by key
        measures p1.ts as began, s.ts as ended
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
      @name('w2b') select h.ts as began, e.ts as ended
      from pattern [every h=Txn ->
        (e=Txn(key = h.key, country != h.country) where timer:within(5 minutes 1 msec))]
      """;

  // ts is not grouped by: a row for each event that enters, none for those that leave.
  private static final String W2C = """
      @name('w2c') select ts, key, sum(amount) as total
      from Txn#time(10 minutes) group by key having sum(amount) > 5000
      """;

  private static final String W3 = """
      @name('w3') select * from Login
      match_recognize (
        partition by key
        measures f1.ts as began, s.ts as ended
        after match skip past last row
        pattern (f1 f2 f3 f4 f5 s)
        define
          f1 as not f1.ok, f2 as not f2.ok, f3 as not f3.ok, f4 as not f4.ok, f5 as not f5.ok,
          s as s.ok and s.ts - f1.ts <= 120000)
      """;

  private static final String W5_RULE = """
      @name('w5-%d') select h.ts as began, s.ts as ended
      from pattern [every h=Txn(merchant regexp '%s', amount < 50) ->
        (s=Txn(key = h.key, amount > %d) where timer:within(%d minutes))];
      """;

  private EPRuntime runtime;  // deployed once: what it generates is warm after the first run
  private long shiftMs;
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

  private void tell(EventBean[] found, boolean mayBeTimeout) {
    for (EventBean row : found) {
      if (mayBeTimeout && row.get("clicked") == null) {
        timeouts++;
      } else {
        matches++;
      }
    }
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
    boolean mayBeTimeout = workload.base().equals("w1");
    for (EPStatement statement : runtime.getDeploymentService().deploy(compiled).getStatements()) {
      statement.addListener((in, out, of, by) -> {
        if (in != null) {
          tell(in, mayBeTimeout);
        }
      });
    }
    return runtime;
  }

  /** Later than all before: its clock does not go back, and what those left behind is too old to match. */
  private Event[] shifted(Event[] events) {
    Event[] out = new Event[events.length];
    for (int i = 0; i < events.length; i++) {
      out[i] = events[i].at(events[i].ts + shiftMs);
    }
    shiftMs += events[events.length - 1].ts - events[0].ts + 4 * Workload.HOUR_MS;
    return out;
  }

  @Override
  public Outcome run(Workload workload, Event[] source) throws Exception {
    if (runtime == null) {
      runtime = deploy(workload);
      runtime.getEventService().clockExternal();
    }
    matches = 0;
    timeouts = 0;
    Event[] events = shifted(source);
    EPEventService service = runtime.getEventService();
    long now = events[0].ts;
    service.advanceTime(now);
    Clocks clocks = new Clocks();
    for (Event event : events) {
      if (event.ts != now) {
        now = event.ts;
        service.advanceTime(now);
      }
      service.sendEventBean(event, event.getClass().getSimpleName());
    }
    service.advanceTime(now + 2 * Workload.HOUR_MS);
    return clocks.stop(matches, timeouts);
  }
}
