package dev.holdfast.examples.ledger;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the events add up to. Events of one account must be applied in their order; those of different accounts need
 * not: a deposit may be seen before the withdrawal it belongs to. Not safe for use by several threads.
 */
final class Balances {
  private final Map<Integer, Long> balances = new HashMap<>();
  private final Map<Long, Event.Withdrawn> underWay = new HashMap<>();
  private final Map<Long, Event.Deposited> early = new HashMap<>(); // whose withdrawal has not been seen yet
  private final BitSet done = new BitSet();

  void apply(Event event) {
    switch (event) {
      case Event.Opened(var account, var amount) -> balances.merge(account, amount, Long::sum);
      case Event.Withdrawn withdrawn -> {
        balances.merge(withdrawn.account(), -withdrawn.amount(), Long::sum);
        if (early.remove(withdrawn.transfer()) == null) {
          underWay.put(withdrawn.transfer(), withdrawn);
        } else {
          done.set((int) withdrawn.transfer());
        }
      }
      case Event.Deposited deposited -> {
        balances.merge(deposited.account(), deposited.amount(), Long::sum);
        if (underWay.remove(deposited.transfer()) == null) {
          early.put(deposited.transfer(), deposited);
        } else {
          done.set((int) deposited.transfer());
        }
      }
    }
  }

  /** Returns the transfers whose money has been withdrawn and not deposited. */
  List<Event.Withdrawn> underWay() {
    return List.copyOf(underWay.values());
  }

  /** Returns the transfers that are done, by number. */
  BitSet done() {
    return (BitSet) done.clone();
  }

  /** Returns how many deposits there are without a withdrawal: money from nowhere. */
  int fromNowhere() {
    return early.size();
  }

  int accounts() {
    return balances.size();
  }

  long of(int account) {
    return balances.getOrDefault(account, 0L);
  }

  /** Returns all money: in accounts, and on its way. */
  long total() {
    return balances.values().stream().mapToLong(Long::longValue).sum()
        + underWay.values().stream().mapToLong(Event.Withdrawn::amount).sum();
  }

  /** Returns it as bytes; nothing may be early. */
  byte[] encode() {
    var transfers = done.toByteArray();
    var buffer = ByteBuffer.allocate(8 + balances.size() * 12 + underWay.size() * 24 + transfers.length)
        .putInt(balances.size()).putInt(underWay.size());
    balances.forEach((account, balance) -> buffer.putInt(account).putLong(balance));
    underWay.values().forEach(each -> buffer.putLong(each.transfer()).putInt(each.account()).putInt(each.to())
        .putLong(each.amount()));
    return buffer.put(transfers).array();
  }

  static Balances decode(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes);
    var state = new Balances();
    var accounts = buffer.getInt();
    var transfers = buffer.getInt();
    for (var i = 0; i < accounts; i++) {
      state.balances.put(buffer.getInt(), buffer.getLong());
    }
    for (var i = 0; i < transfers; i++) {
      var transfer = new Event.Withdrawn(buffer.getLong(), buffer.getInt(), buffer.getInt(), buffer.getLong());
      state.underWay.put(transfer.transfer(), transfer);
    }
    state.done.or(BitSet.valueOf(buffer));
    return state;
  }
}
