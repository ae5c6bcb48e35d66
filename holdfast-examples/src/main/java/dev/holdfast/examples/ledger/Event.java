package dev.holdfast.examples.ledger;

import java.nio.ByteBuffer;

/** What happened to an account. Each is a record in the account's shard. */
sealed interface Event {
  /** The account it happened to: the key. */
  int account();

  /**
   * The account came into being with some money.
   *
   * @param account which
   * @param amount how much
   */
  record Opened(int account, long amount) implements Event {}

  /**
   * Money left the account. It is on its way until the transfer's {@link Deposited} is there.
   *
   * @param transfer which transfer
   * @param account from where
   * @param to where to
   * @param amount how much
   */
  record Withdrawn(long transfer, int account, int to, long amount) implements Event {}

  /**
   * Money arrived.
   *
   * @param transfer which transfer
   * @param account where
   * @param amount how much
   */
  record Deposited(long transfer, int account, long amount) implements Event {}

  /** Returns the key of an account. */
  static byte[] keyOf(int account) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(account).array();
  }

  /** Returns the record of an event. */
  static byte[] encode(Event event) {
    return switch (event) {
      case Opened(var account, var amount) -> ByteBuffer.allocate(13).put((byte) 1).putInt(account).putLong(amount)
          .array();
      case Withdrawn(var transfer, var account, var to, var amount) -> ByteBuffer.allocate(25).put((byte) 2)
          .putInt(account).putLong(amount).putLong(transfer).putInt(to).array();
      case Deposited(var transfer, var account, var amount) -> ByteBuffer.allocate(21).put((byte) 3).putInt(account)
          .putLong(amount).putLong(transfer).array();
    };
  }

  /** Returns the event of a record. */
  static Event decode(ByteBuffer record) {
    var type = record.get();
    var account = record.getInt();
    var amount = record.getLong();
    return switch (type) {
      case 1 -> new Opened(account, amount);
      case 2 -> new Withdrawn(record.getLong(), account, record.getInt(), amount);
      case 3 -> new Deposited(record.getLong(), account, amount);
      default -> throw new IllegalArgumentException("an event of type " + type);
    };
  }
}
