package tocsin.peers;

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

  /** Matches and timeouts that there are in the first 500,000 lines. */
  private static final Map<String, Counts> KNOWN = Map.of(
      "w1", new Counts(120_751, 93_349),
      "w2a", new Counts(559, 0),
      "w2b", new Counts(21_570, 0),
      "w2c", new Counts(5_302, 0),
      "w3", new Counts(399, 0),
      "w4-3", new Counts(24_190, 0),
      "w4-5", new Counts(190_594, 0),
      "w5-1", new Counts(700, 0),
      "w5-10", new Counts(5_267, 0),
      "w5-100", new Counts(14_806, 0));
  static final int KNOWN_LINES = 500_000;

  record Counts(long matches, long timeouts) {}

  static Workload of(String name) {
    String[] parts = name.split("-");
    return new Workload(name, parts[0], parts.length > 1 ? Integer.parseInt(parts[1]) : 1);
  }

  Counts known() {
    return KNOWN.get(name);
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
