package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a stream, sorted into those that are the log and those that are left over.
 */
public final class StreamFiles {
  private final SegmentFiles files;
  private final List<Long> live = new ArrayList<>();
  private final List<Long> belowFloor = new ArrayList<>();
  private final List<Long> cutOff = new ArrayList<>();
  private final List<String> prepared = new ArrayList<>();
  private final List<String> setAside = new ArrayList<>();
  private long floor;
  private long newestEpoch;
  private @Nullable Long streamId;

  private StreamFiles(SegmentFiles files) {
    this.files = files;
  }

  static StreamFiles list(SegmentFiles files, StateSlot.Contents state) throws IOException {
    var result = new StreamFiles(files);
    var slot = state.newest();
    for (var name : files.directory().list()) {
      result.sort(name, slot == null ? 0 : slot.floor());
    }
    result.floor = slot != null ? slot.floor() : result.live.isEmpty() ? 0 : result.live.getFirst();
    result.streamId = slot == null ? null : slot.streamId();
    if (!result.live.isEmpty()) {
      result.dropCutOff(state);
    }
    return result;
  }

  private void sort(String name, long stateFloor) {
    var firstId = Names.firstId(name);
    if (firstId >= stateFloor) {
      live.add(firstId);
    } else if (firstId >= 0) {
      belowFloor.add(firstId);
    } else if (name.endsWith(Names.PREPARED)) {
      prepared.add(name);
    } else if (name.endsWith(Names.SET_ASIDE)) {
      setAside.add(name);
    }
  }

  /** Takes out what a truncation from the back has replaced: files of a lower epoch than one before them. */
  private void dropCutOff(StateSlot.Contents state) throws IOException {
    var last = headerOf(live.getLast());
    var slot = state.newest();
    if (last != null && streamId == null) {
      streamId = last.streamId();
    }
    if (last != null && slot != null && state.complete() && last.epoch() == slot.epoch()) {
      newestEpoch = last.epoch();
      return;
    }
    for (var firstId : List.copyOf(live)) {
      var header = headerOf(firstId);
      if (header == null || isForeign(header)) {
        continue;
      }
      var start = startOf(firstId, header);
      if (header.epoch() < newestEpoch && (start < 0 || start == firstId)) {
        live.remove(firstId);
        cutOff.add(firstId);
      } else if (header.epoch() > newestEpoch && start == firstId) {
        newestEpoch = header.epoch();
      }
    }
  }

  private @Nullable SegmentHeader headerOf(long firstId) throws IOException {
    try (var file = files.directory().open(Names.segment(firstId), Access.READ)) {
      return header(file, firstId);
    }
  }

  /** Returns the first id that a segment's start frame says, -1 if there is no valid one. */
  private long startOf(long firstId, SegmentHeader header) throws IOException {
    try (var file = files.directory().open(Names.segment(firstId), Access.READ)) {
      var frame = new Frame();
      return Segment.readStart(file, header, frame) == null ? -1 : frame.firstId();
    }
  }

  /** Returns the valid header of a segment, or null. */
  @Nullable
  SegmentHeader header(LogFile file, long firstId) throws IOException {
    return StreamScan.readHeader(file, files.labelOf(Names.segment(firstId)));
  }

  boolean isForeign(SegmentHeader header) {
    return header.nameHash() != files.nameHash() || (streamId != null && header.streamId() != streamId);
  }

  /** Returns the first ids of the segments that are the log, ascending. */
  public List<Long> live() {
    return live;
  }

  /** Returns the first ids of segments that a truncation from the front has left. */
  public List<Long> belowFloor() {
    return belowFloor;
  }

  /** Returns the first ids of segments that a truncation from the back has left. */
  public List<Long> cutOff() {
    return cutOff;
  }

  /** Returns the files that were being prepared. */
  public List<String> prepared() {
    return prepared;
  }

  /** Returns the segments that were set aside. */
  public List<String> setAside() {
    return setAside;
  }

  /** Returns the first id retained. */
  public long floor() {
    return floor;
  }

  /** Returns the highest epoch of a segment of the log. */
  public long newestEpoch() {
    return newestEpoch;
  }

  /**
   * Returns the first id of the first live segment of a higher epoch than {@code epoch}, or a huge number if there is
   * none.
   */
  public long firstBeyondEpoch(long epoch) throws IOException {
    var first = Long.MAX_VALUE;
    for (var i = live.size() - 1; i >= 0 && newestEpoch > epoch; i--) {
      var header = headerOf(live.get(i));
      if (header == null || header.epoch() <= epoch) {
        break;
      }
      first = live.get(i);
    }
    return first;
  }

  /** Returns the random number of the stream, 0 if nothing says it. */
  public long streamId() {
    return streamId == null ? 0 : streamId;
  }
}
