package tocsin.peers;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.functions.TimedOutPartialMatchHandler;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.transformations.PhysicalTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;

/**
 * Flink CEP in a local environment of this process, parallelism 1. Source, filters and CEP operators form one
 * chain, so that no event is serialized; the pass is made inside the source, until its last watermark has
 * returned, so that the start of the cluster does not count. Events come as they arrived: Flink
 * orders them.
 */
final class FlinkPeer implements Engine {
  private static final int EVENTS_A_WATERMARK = 1_000;

  /** One rule: what may take part in it at all, and the pattern over that. */
  private record Rule(String name, FilterFunction<Event> relevant, Pattern<Event, ?> pattern) {}

  // Flink copies functions by serialization; what they share with us is static; the chain's thread writes it.
  private static Pass pass;
  private static long disorderMs;
  private static Pass.Outcome outcome;

  private static final class Source implements SourceFunction<Event> {
    @Override
    public void run(SourceContext<Event> out) throws Exception {
      outcome = pass.through(new IntoChain(out));
    }

    @Override
    public void cancel() {}
  }

  private static final class IntoChain implements Pass.Into<Event> {
    private final SourceFunction.SourceContext<Event> out;
    private long newestMs = Long.MIN_VALUE;
    private int sinceWatermark = 0;

    IntoChain(SourceFunction.SourceContext<Event> out) {
      this.out = out;
    }

    @Override
    public Event prepare(Event event) {
      return event;
    }

    @Override
    public void send(Event event) {
      out.collectWithTimestamp(event, event.ts);
      newestMs = Math.max(newestMs, event.ts);
      if (++sinceWatermark == EVENTS_A_WATERMARK) {
        out.emitWatermark(new Watermark(newestMs - disorderMs - 1));
        sinceWatermark = 0;
      }
    }

    @Override
    public void end() {
      out.emitWatermark(Watermark.MAX_WATERMARK);
    }
  }

  private static class Tell extends PatternProcessFunction<Event, Long> {
    protected final String rule;

    Tell(String rule) {
      this.rule = rule;
    }

    @Override
    public void processMatch(Map<String, List<Event>> match, Context context, Collector<Long> out) {
      pass.alerts().match(rule, () -> match);
    }
  }

  private static final class TellBoth extends Tell implements TimedOutPartialMatchHandler<Event> {
    TellBoth(String rule) {
      super(rule);
    }

    @Override
    public void processTimedOutMatch(Map<String, List<Event>> partial, Context context) {
      pass.alerts().timeout(rule, () -> partial);
    }
  }

  /** A condition on the event and the first one taken for `step`. */
  private static final class With extends IterativeCondition<Event> {
    interface Test extends Serializable {
      boolean holds(Event event, Event earlier);
    }

    private final String step;
    private final Test test;

    With(String step, Test test) {
      this.step = step;
      this.test = test;
    }

    @Override
    public boolean filter(Event event, Context<Event> context) throws Exception {
      for (Event earlier : context.getEventsForPattern(step)) {
        return test.holds(event, earlier);
      }
      return false;
    }
  }

  private static Pattern<Event, Event> begin(
      String step, AfterMatchSkipStrategy skip, FilterFunction<Event> test) {
    return Pattern.<Event>begin(step, skip).where(SimpleCondition.of(test));
  }

  /** `within` is less than so long; this is up to so long. */
  private static Duration upTo(Duration most) {
    return most.plusMillis(1);
  }

  private static Rule w1() {
    return new Rule("w1", event -> event instanceof Event.Search || event instanceof Event.Click,
        begin("s", AfterMatchSkipStrategy.noSkip(), event -> event instanceof Event.Search)
            .followedBy("c")
            .where(SimpleCondition.of(event -> event instanceof Event.Click))
            .where(new With("s", (click, search) -> click.query.equals(search.query)))
            .within(upTo(Duration.ofHours(1))));
  }

  private static Rule w2a() {
    return new Rule("w2a", event -> event.amount < 1 || event.amount > 500,
        begin("probe", AfterMatchSkipStrategy.skipPastLastEvent(), event -> event.amount < 1)
            .timesOrMore(3)
            .greedy()
            .followedBy("spend")
            .where(SimpleCondition.of(event -> event.amount > 500))
            .within(upTo(Duration.ofMinutes(10))));
  }

  private static Rule w2b() {
    return new Rule("w2b", event -> true,
        begin("here", AfterMatchSkipStrategy.noSkip(), event -> true)
            .followedBy("elsewhere")
            .where(new With("here", (later, here) -> !later.country.equals(here.country)))
            .within(upTo(Duration.ofMinutes(5))));
  }

  private static Rule w3() {
    return new Rule("w3", event -> event instanceof Event.Login,
        begin("failure", AfterMatchSkipStrategy.skipPastLastEvent(), event -> !event.ok)
            .times(5)
            .consecutive()
            .next("success")
            .where(SimpleCondition.of(event -> event.ok))
            .within(upTo(Duration.ofMinutes(2))));
  }

  private static FilterFunction<Event> traded(int stock) {
    String name = Workload.stockOf(stock);
    Class<? extends Event> side = Workload.isSold(stock) ? Event.Sell.class : Event.Buy.class;
    return event -> event.getClass() == side && event.name.equals(name);
  }

  private static Rule w4(int stocks) {
    Pattern<Event, Event> pattern = begin("s1", AfterMatchSkipStrategy.noSkip(), traded(1));
    for (int i = 2; i <= stocks; i++) {
      pattern = pattern.followedByAny("s" + i).where(SimpleCondition.of(traded(i)));
    }
    Set<String> names = new HashSet<>();
    for (int i = 1; i <= stocks; i++) {
      names.add(Workload.stockOf(i));
    }
    return new Rule("w4", event -> names.contains(event.name), pattern.within(Duration.ofSeconds(10)));
  }

  private static Rule w5(int i) {
    java.util.regex.Pattern merchant = java.util.regex.Pattern.compile(Workload.merchantOf(i));
    int over = Workload.overOf(i);
    FilterFunction<Event> starts = event -> event.amount < 50 && merchant.matcher(event.merchant).matches();
    return new Rule("w5-" + i, event -> event.amount > over || starts.filter(event),
        begin("here", AfterMatchSkipStrategy.noSkip(), starts)
            .followedBy("spend")
            .where(SimpleCondition.of(event -> event.amount > over))
            .within(Duration.ofMillis(Workload.withinMsOf(i))));
  }

  private static List<Rule> rules(Workload workload) {
    List<Rule> out = new ArrayList<>();
    switch (workload.base()) {
      case "w1" -> out.add(w1());
      case "w2a" -> out.add(w2a());
      case "w2b" -> out.add(w2b());
      case "w3" -> out.add(w3());
      case "w4" -> out.add(w4(workload.size()));
      default -> {
        for (int i = 0; i < workload.size(); i++) {
          out.add(w5(i));
        }
      }
    }
    return out;
  }

  @Override
  public boolean wantsOrder() {
    return false;
  }

  @Override
  public Set<String> workloads() {
    return Set.of("w1", "w2a", "w2b", "w3", "w4", "w5");  // w2c is no pattern
  }

  private static void chain(SingleOutputStreamOperator<?> stream) {
    ((PhysicalTransformation<?>) stream.getTransformation()).setChainingStrategy(ChainingStrategy.ALWAYS);
  }

  private static void add(DataStream<Event> events, Rule rule, boolean isKeyed, boolean hasTimeouts) {
    KeySelector<Event, String> key = isKeyed ? event -> event.key : event -> "";
    KeyedStream<Event, String> keyed = DataStreamUtils.reinterpretAsKeyedStream(
        events.filter(rule.relevant()), key, TypeInformation.of(String.class));
    SingleOutputStreamOperator<Long> found = CEP.pattern(keyed, rule.pattern())
        .process(hasTimeouts ? new TellBoth(rule.name()) : new Tell(rule.name()), TypeInformation.of(Long.class));
    chain(found);
    found.sinkTo(new DiscardingSink<>());
  }

  @Override
  public Pass.Outcome run(Workload workload, Pass events) throws Exception {
    pass = events;
    disorderMs = workload.disorderMs();
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
    environment.getConfig().enableObjectReuse();
    DataStream<Event> stream = environment.addSource(new Source(), TypeInformation.of(Event.class));
    for (Rule rule : rules(workload)) {
      add(stream, rule, !workload.base().equals("w4"), workload.base().equals("w1"));
    }
    environment.execute();
    return outcome;
  }
}
