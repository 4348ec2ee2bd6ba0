package tocsin.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Reads events in a thread of its own, a bounded number of batches ahead of who takes them. */
final class ReadAhead {
  private static final int BATCH_EVENTS = 1_000;
  private static final int BATCHES_MAX = 16;

  private final BlockingQueue<List<Event>> batches = new ArrayBlockingQueue<>(BATCHES_MAX);
  private volatile Exception failure;

  /** Closes `file` at its end. */
  ReadAhead(EventFile file) {
    Thread thread = new Thread(() -> readAll(file), "reader");
    thread.setDaemon(true);
    thread.start();
  }

  /** Empty at the end. */
  List<Event> next() throws IOException, InterruptedException {
    List<Event> batch = batches.take();
    if (batch.isEmpty() && failure != null) {
      throw new IOException("cannot read events", failure);
    }
    return batch;
  }

  private void readAll(EventFile file) {
    try {
      try (file) {
        List<Event> batch;
        do {
          batch = new ArrayList<>(BATCH_EVENTS);
          for (Event event; batch.size() < BATCH_EVENTS && (event = file.next()) != null; ) {
            batch.add(event);
          }
          batches.put(batch);
        } while (!batch.isEmpty());
      } catch (IOException e) {
        failure = e;
        batches.put(List.of());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
