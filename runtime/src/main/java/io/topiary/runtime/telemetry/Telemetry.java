package io.topiary.runtime.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process's meters and its health, served over HTTP: {@code /metrics} for Prometheus, {@code
 * /livez} and {@code /readyz} for Kubernetes, the latter with the reason when it says no. A service
 * may serve more on the same port: {@link #serve}.
 */
public final class Telemetry implements AutoCloseable {

  public static final Setting<String> HOST =
      Setting.string("topiary.http.host", "address that metrics and health are served on")
          .orElse("0.0.0.0");

  public static final Setting<Integer> PORT =
      Setting.port("topiary.http.port", "port that metrics and health are served on")
          .orElse("8080");

  public static final List<Setting<?>> SETTINGS = List.of(HOST, PORT);

  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  /**
   * Requests answered at a time. Some wait for other processes: so few that the health page finds a
   * thread all the same.
   */
  public static final int THREADS = 16;

  /** Seconds for a request to arrive: the JDK's server gives it a thread, by default for ever. */
  private static final String ARRIVE_WITHIN = "5";

  private static final Logger log = LoggerFactory.getLogger(Telemetry.class);

  static {
    // There is no other way to tell the server, which reads it once.
    if (System.getProperty("sun.net.httpserver.maxReqTime") == null) {
      System.setProperty("sun.net.httpserver.maxReqTime", ARRIVE_WITHIN);
    }
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Health health = new Health(registry);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            var thread = new Thread(task, "topiary-http");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpServer server;

  private Telemetry(HttpServer server) {
    this.server = server;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gcMetrics.bindTo(registry);
    server.createContext("/metrics", new MetricsHandler(registry.getPrometheusRegistry()));
    server.createContext("/livez", exchange -> answer(exchange, failures()));
    server.createContext("/readyz", exchange -> answer(exchange, health.unready()));
    server.setExecutor(threads);
    server.start();
  }

  public static Telemetry start(Settings settings) {
    return start(settings.get(HOST), settings.get(PORT));
  }

  /**
   * Serves on the given address; port 0 takes any free one.
   *
   * @throws StartException when the address cannot be served on
   */
  public static Telemetry start(String host, int port) {
    try {
      return new Telemetry(HttpServer.create(new InetSocketAddress(host, port), 0));
    } catch (IOException e) {
      throw new StartException(
          "Metrics cannot be served on %s:%d (%s); set %s and %s to an address that is free."
              .formatted(host, port, e.getMessage(), HOST.name(), PORT.name()),
          e);
    }
  }

  public MeterRegistry registry() {
    return registry;
  }

  /**
   * Serves more: every request whose path begins with this one, and with no longer one that is
   * served. Which methods it answers is up to the handler. What a handler throws is logged, and
   * answered with status 500 where it has not answered yet.
   *
   * @param path begins with a slash
   * @throws IllegalArgumentException when the path is served already: a mistake in the program
   */
  public void serve(String path, HttpHandler handler) {
    server.createContext(path, exchange -> handle(handler, exchange));
  }

  /** What {@code /metrics} shows at this moment. */
  public String scrape() {
    return registry.scrape();
  }

  public Health health() {
    return health;
  }

  /** Where it is served, with the port that was taken. */
  public URI address() {
    var address = server.getAddress();
    var host = servesEverywhere() ? "localhost" : address.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** Whether it is served on all addresses of this machine. */
  public boolean servesEverywhere() {
    return server.getAddress().getAddress().isAnyLocalAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    gcMetrics.close();
    registry.close();
  }

  private Map<String, String> failures() {
    return health.failure().isDone() ? health.unready() : Map.of();
  }

  private static void handle(HttpHandler handler, HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        handler.handle(exchange);
      } catch (RuntimeException e) {
        log.error("{} {} met a bug", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        if (exchange.getResponseCode() == -1) {
          exchange.sendResponseHeaders(SERVER_ERROR, -1);
        }
      }
    }
  }

  private static void answer(HttpExchange exchange, Map<String, String> complaints)
      throws IOException {
    var text =
        complaints.isEmpty()
            ? "ok\n"
            : complaints.entrySet().stream()
                .map(complaint -> complaint.getKey() + ": " + complaint.getValue() + "\n")
                .collect(Collectors.joining());
    try (exchange) {
      var bytes = text.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(complaints.isEmpty() ? OK : UNAVAILABLE, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
