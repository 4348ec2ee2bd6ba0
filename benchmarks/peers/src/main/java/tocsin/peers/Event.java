package tocsin.peers;

/**
 * One event of any stream; fields that a stream has not stay null. Subclasses stand for types, for engines
 * that tell streams apart by class. Getters are for Esper, public fields for Flink.
 */
public class Event implements Cloneable {
  public long ts;
  public long arrival;  // grows from each event of a file to the next
  public String type;
  public String key;  // the user or the card
  public String query;
  public String url;
  public double amount;
  public String merchant;
  public String country;
  public String ip;
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

  Event copy() {
    try {
      return (Event) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** The same, of the class that stands for its type. */
  Event typed() {
    Event out = switch (type) {
      case "search" -> new Search();
      case "click" -> new Click();
      case "txn" -> new Txn();
      case "login" -> new Login();
      case "BUY" -> new Buy();
      case "SELL" -> new Sell();
      default -> new Other();
    };
    out.ts = ts;
    out.type = type;
    out.key = key;
    out.query = query;
    out.url = url;
    out.amount = amount;
    out.merchant = merchant;
    out.country = country;
    out.ip = ip;
    out.ok = ok;
    out.name = name;
    return out;
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
