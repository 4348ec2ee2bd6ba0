package tocsin.peers;

import java.util.List;
import java.util.Map;

/**
 * A workload's name, as `w5-10`: what it is, and how many stocks or rules it has.
 *
 * @param base w1, w2a, w2b, w2c, w3, w4 or w5
 * @param size stocks of w4, rules of w5; 1 for the others
 */
record Workload(String name, String base, int size) {
  static final long HOUR_MS = 3_600_000;
  static final long MINUTE_MS = 60_000;
  static final long SECOND_MS = 1_000;

  private static final Map<String, List<String>> VARIABLES = Map.of(
      "w1", List.of("s", "c"),
      "w2a", List.of("probe", "spend"),
      "w2b", List.of("here", "elsewhere"),
      "w2c", List.of("t"),
      "w3", List.of("failure", "success"),
      "w5", List.of("here", "spend"));

  record Counts(long matches, long timeouts) {}

  static Workload of(String name) {
    String[] parts = name.split("-");
    return new Workload(name, parts[0], parts.length > 1 ? Integer.parseInt(parts[1]) : 1);
  }

  /** How far behind the newest event of its stream another may come. */
  long disorderMs() {
    return base.equals("w4") ? 0 : 5 * SECOND_MS;
  }

  /** Whether its rules have no alerts. */
  boolean isOnlyCounted() {
    return base.equals("w4");
  }

  /** The field that its rules partition by. */
  String key() {
    return base.equals("w1") || base.equals("w3") ? "user" : "card";
  }

  /** Of each of its rules, in the order in which alerts show them. */
  List<String> variables() {
    return VARIABLES.get(base);
  }

  // Rule i of w5.

  static String merchantOf(int i) {
    return "m0*" + i + "\\.[a-z]+\\.example";
  }

  static int overOf(int i) {
    return 100 + i % 100;
  }

  static long withinMsOf(int i) {
    return (1 + i % 10) * MINUTE_MS;
  }

  // Stock i of w4, from 1.

  static String stockOf(int i) {
    return "S" + i;
  }

  static boolean isSold(int i) {
    return i % 2 == 1;
  }
}
