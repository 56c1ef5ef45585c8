package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.function.Supplier;

/** Answers to browsers, with headers that let them run nothing but what the page brings. */
final class Responses {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final Map<String, String> SAFE =
      Map.of(
          "Content-Security-Policy",
          "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer");

  private Responses() {}

  /** Answers the path, and none below it, with JSON that is made anew for every request. */
  static HttpHandler json(String path, Supplier<JsonNode> json) {
    return exchange -> {
      if (!reads(exchange)) {
        return;
      }
      var found = exchange.getRequestURI().getPath().equals(path);
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      send(
          exchange,
          found ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_NOT_FOUND,
          "application/json; charset=utf-8",
          MAPPER.writeValueAsBytes(found ? json.get() : Map.of("error", "There is no such page.")));
    };
  }

  /** Whether the request is one that changes nothing; any other is answered here. */
  static boolean reads(HttpExchange exchange) throws IOException {
    var method = exchange.getRequestMethod();
    if (method.equals("GET") || method.equals("HEAD")) {
      return true;
    }
    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
    empty(exchange, HttpURLConnection.HTTP_BAD_METHOD);
    return false;
  }

  static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    send(exchange, status, type, text.getBytes(UTF_8));
  }

  static void send(HttpExchange exchange, int status, String type, byte[] bytes)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
      empty(exchange, status);
      return;
    }
    SAFE.forEach(exchange.getResponseHeaders()::set);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  static void empty(HttpExchange exchange, int status) throws IOException {
    SAFE.forEach(exchange.getResponseHeaders()::set);
    try (exchange) {
      exchange.sendResponseHeaders(status, -1);
    }
  }
}
