package io.topiary.runtime.artifact;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes bytes to a server and back, as long as it is told to. */
final class FaultyRoad implements AutoCloseable {

  private static final long ENDLESS = Long.MAX_VALUE / 2;

  private final int to;
  private final ServerSocket from;
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong there = new AtomicLong(ENDLESS);
  private final AtomicLong back = new AtomicLong(ENDLESS);
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile boolean mends = true;

  FaultyRoad(int to) throws IOException {
    this.to = to;
    this.from = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    pool.execute(this::accept);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + from.getLocalPort());
  }

  /** So many requests are answered with 503. */
  void refuse(int requests) {
    refusals.set(requests);
    closeAll();
  }

  /** Breaks after so many bytes of requests; for good, or for that once. */
  void breakThere(long bytes, boolean forGood) {
    mends = !forGood;
    there.set(bytes);
  }

  /** Breaks after so many bytes of answers; for good, or for that once. */
  void breakBack(long bytes, boolean forGood) {
    mends = !forGood;
    back.set(bytes);
  }

  void mend() {
    there.set(ENDLESS);
    back.set(ENDLESS);
  }

  /** Whether it broke as it was told to. */
  boolean isAsNew() {
    return there.get() > ENDLESS / 2 && back.get() > ENDLESS / 2 && refusals.get() == 0;
  }

  private void accept() {
    try {
      while (true) {
        var client = from.accept();
        sockets.add(client);
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          pool.execute(() -> refuse(client));
        } else {
          var server = new Socket(InetAddress.getLoopbackAddress(), to);
          sockets.add(server);
          pool.execute(() -> pass(client, server, there));
          pool.execute(() -> pass(server, client, back));
        }
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private static void refuse(Socket client) {
    try (client) {
      var in = client.getInputStream();
      readHead(in);
      client
          .getOutputStream()
          .write(
              "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                  .getBytes(US_ASCII));
      client.shutdownOutput();
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The other side has had enough.
    }
  }

  private static void readHead(InputStream in) throws IOException {
    var last = 0;
    for (var next = in.read(); next >= 0 && last != 0x0d0a0d0a; next = in.read()) {
      last = last << 8 | next;
      if (last == 0x0d0a0d0a) {
        return;
      }
    }
  }

  private void pass(Socket source, Socket sink, AtomicLong budget) {
    var buffer = new byte[8_192];
    try (source;
        sink) {
      var in = source.getInputStream();
      var out = sink.getOutputStream();
      for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (budget.addAndGet(-read) < 0) {
          if (mends) {
            budget.set(ENDLESS);
          }
          return;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One side is gone, and so is the other now.
    }
  }

  private void closeAll() {
    for (var socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed, then.
      }
    }
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    from.close();
    closeAll();
    pool.shutdownNow();
  }
}
