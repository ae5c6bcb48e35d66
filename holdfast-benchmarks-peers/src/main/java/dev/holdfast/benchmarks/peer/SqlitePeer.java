package dev.holdfast.benchmarks.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * SQLite through JDBC, a table of numbers and records, its write-ahead log synced with every transaction
 * ({@code synchronous=FULL}).
 */
final class SqlitePeer implements Peer {
  @Override
  public String name() {
    return "SQLite";
  }

  @Override
  public String unsynced() {
    return "survives the death of the process";
  }

  @Override
  public Set<Ability> abilities() {
    return EnumSet.allOf(Ability.class);
  }

  @Override
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws Exception {
    Files.createDirectories(directory);
    String url = "jdbc:sqlite:" + directory.resolve("log.sqlite");
    Connection writing = DriverManager.getConnection(url);
    try (Statement statement = writing.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=" + (guarantee == Guarantee.DURABLE ? "FULL" : "OFF"));
      statement.execute("CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY, record BLOB NOT NULL)");
    }
    return new Log(writing, DriverManager.getConnection(url));
  }

  private static final class Log implements PeerLog {
    private final Connection writing;
    private final Connection reading;

    /** In front of the lock inside, which would hold on to the carriers of waiting virtual threads. */
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final PreparedStatement insert;
    private long next;

    // The reader's.
    private final PreparedStatement select;

    Log(Connection writing, Connection reading) throws SQLException {
      this.writing = writing;
      this.reading = reading;
      this.insert = writing.prepareStatement("INSERT INTO log (number, record) VALUES (?, ?)");
      this.select = reading.prepareStatement("SELECT record FROM log WHERE number = ?");
    }

    @Override
    public void append(byte[] record) throws SQLException {
      lock.lock();
      try {
        insert(record);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void appendBatch(List<byte[]> records) throws SQLException {
      lock.lock();
      try {
        writing.setAutoCommit(false);
        for (byte[] record : records) {
          insert(record);
        }
        writing.commit();
        writing.setAutoCommit(true);
      } finally {
        lock.unlock();
      }
    }

    private void insert(byte[] record) throws SQLException {
      insert.setLong(1, next++);
      insert.setBytes(2, record);
      insert.executeUpdate();
    }

    @Override
    public void sync() throws SQLException {
      lock.lock();
      try (Statement statement = writing.createStatement()) {
        statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long scan(Visitor visitor) throws SQLException {
      long count = 0;
      try (Statement statement = reading.createStatement();
          ResultSet rows = statement.executeQuery("SELECT record FROM log ORDER BY number")) {
        while (rows.next()) {
          visitor.visit(ByteBuffer.wrap(rows.getBytes(1)));
          count++;
        }
      }
      return count;
    }

    @Override
    public byte[] get(long number) throws SQLException {
      byte[] record = find(number);
      if (record == null) {
        throw new IllegalStateException("no record " + number);
      }
      return record;
    }

    private byte @Nullable [] find(long number) throws SQLException {
      select.setLong(1, number);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getBytes(1) : null;
      }
    }

    @Override
    public Tail tail() {
      lock.lock();
      try {
        return new Polling(next, number -> {
          byte[] record = find(number);
          return record == null ? null : ByteBuffer.wrap(record);
        });
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() throws IOException {
      try {
        reading.close();
        writing.close();
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }
  }
}
