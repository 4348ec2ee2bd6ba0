package tocsin.peers;

/**
 * One event of any stream; fields that a stream has not stay null. Subclasses stand for types, for engines
 * that tell streams apart by class. Getters are for Esper, public fields for Flink.
 */
public class Event implements Cloneable {
  public long ts;
  public String key;  // the user or the card
  public String query;
  public double amount;
  public String merchant;
  public String country;
  public boolean ok;
  public String name;

  public static class Search extends Event {}

  public static class Click extends Event {}

  public static class Txn extends Event {}

  public static class Login extends Event {}

  public static class Buy extends Event {}

  public static class Sell extends Event {}

  /** A view or a logout: noise. */
  public static class Other extends Event {}

  /** The same at another time. */
  Event at(long otherTs) {
    try {
      Event out = (Event) clone();
      out.ts = otherTs;
      return out;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  public long getTs() {
    return ts;
  }

  public String getKey() {
    return key;
  }

  public String getQuery() {
    return query;
  }

  public double getAmount() {
    return amount;
  }

  public String getMerchant() {
    return merchant;
  }

  public String getCountry() {
    return country;
  }

  public boolean isOk() {
    return ok;
  }

  public String getName() {
    return name;
  }
}
