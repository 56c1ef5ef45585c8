package io.topiary.evaluator.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of the page, read from the jar once. What is not in the list below is not served,
 * whatever path is asked for.
 */
final class PageFiles implements HttpHandler {

  /** All that there is beside index.html, by name. */
  static final List<String> NAMES =
      List.of(
          "style.css",
          "icon.svg",
          "app.js",
          "api.js",
          "checkpoint.js",
          "curve.js",
          "dead-letters.js",
          "dom.js",
          "format.js",
          "frontier.js",
          "frontier-table.js",
          "jobs.js",
          "overview.js",
          "plot.js");

  /** Apart from what is asked for as JSON: the JDK's server would take /jobs.js for /jobs. */
  private static final String FOLDER = "/page/";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** A file as it is sent. */
  private static final class File {

    private final String type;
    private final byte[] bytes;
    private final String tag;

    private File(String type, byte[] bytes) {
      this.type = type;
      this.bytes = bytes;
      this.tag = '"' + digest(bytes) + '"';
    }
  }

  private final Map<String, File> files = new HashMap<>();

  /** Reads all files; one that is missing is a mistake of the build. */
  PageFiles() {
    for (var name : NAMES) {
      files.put(FOLDER + name, read(name));
    }
    files.put("/", read("index.html"));
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!Responses.reads(exchange)) {
      return;
    }
    var file = Optional.ofNullable(files.get(exchange.getRequestURI().getPath()));
    if (file.isEmpty()) {
      Responses.send(
          exchange,
          HttpURLConnection.HTTP_NOT_FOUND,
          "text/plain; charset=utf-8",
          "There is no such page; the page is at /.\n");
      return;
    }
    send(exchange, file.get());
  }

  private static void send(HttpExchange exchange, File file) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("ETag", file.tag);
    // To be asked for again each time, as a newer version has the same names.
    headers.set("Cache-Control", "no-cache");
    if (file.tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      Responses.empty(exchange, HttpURLConnection.HTTP_NOT_MODIFIED);
      return;
    }
    Responses.send(exchange, HttpURLConnection.HTTP_OK, file.type, file.bytes);
  }

  private static File read(String name) {
    try (var stream = PageFiles.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("The jar should hold the page's file " + name);
      }
      var bytes = stream.readAllBytes();
      var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (type == null) {
        throw new IllegalStateException("The page's file " + name + " has no known type");
      }
      return new File(type, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
