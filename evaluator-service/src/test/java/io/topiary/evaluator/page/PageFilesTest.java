package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageFilesTest {

  private static final Path FILES = Path.of("src/main/resources/io/topiary/evaluator/page");
  private static final Pattern IMPORT = Pattern.compile("from \"\\./([^\"]+)\"");

  private final Telemetry telemetry = Telemetry.start("localhost", 0);
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void serve() {
    telemetry.serve("/", new PageFiles());
  }

  @AfterEach
  void close() {
    telemetry.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/,text/html; charset=utf-8",
    "/page/style.css,text/css; charset=utf-8",
    "/page/app.js,text/javascript; charset=utf-8",
    "/page/icon.svg,image/svg+xml"
  })
  void shouldServeEachFileAsWhatItIs(String path, String type) throws Exception {
    // When
    var response = send(request(path).GET());

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(type);
    assertThat(response.body()).isNotBlank();
  }

  @Test
  void shouldLetTheBrowserRunNothingFromElsewhere() throws Exception {
    // When
    var headers = send(request("/").GET()).headers();

    // Then
    assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'self';")
        .doesNotContain("unsafe");
    assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
  }

  @Test
  void shouldSendAFileOnceWhileItIsTheSame() throws Exception {
    // Given
    var tag = send(request("/page/app.js").GET()).headers().firstValue("ETag").orElseThrow();

    // When
    var again = send(request("/page/app.js").header("If-None-Match", tag).GET());
    var changed = send(request("/page/app.js").header("If-None-Match", "\"another\"").GET());

    // Then
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(changed.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/index.html/",
        "/jobs.js",
        "/page/",
        "/page/page/app.js",
        "/page/style.css/../app.js",
        "/page/%2e%2e/PageFiles.class",
        "/page/..%2fPageFiles.class",
        "/page/PageFiles.class",
        "//etc/passwd"
      })
  void shouldServeNothingElse(String path) throws Exception {
    // When: on a plain socket, as Java's client would tidy the path up
    var status = statusOf(path);

    // Then
    assertThat(status).isEqualTo("HTTP/1.1 404 Not Found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void shouldOnlyBeRead(String method) throws Exception {
    // When
    var response = send(request("/").method(method, BodyPublishers.ofString("anything")));

    // Then
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @Test
  void shouldTellOfAFileWithoutSendingIt() throws Exception {
    // When
    var response = send(request("/page/app.js").method("HEAD", BodyPublishers.noBody()));

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValueAsLong("Content-Length"))
        .hasValue(Files.size(FILES.resolve("app.js")));
  }

  @Test
  void shouldServeEveryFileThatThereIsAndEveryModuleThatIsImported() throws Exception {
    try (var files = Files.list(FILES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("index.html")
          .containsAll(PageFiles.NAMES)
          .hasSize(PageFiles.NAMES.size() + 1);
    }
    for (var name : PageFiles.NAMES) {
      assertThat(IMPORT.matcher(Files.readString(FILES.resolve(name))).results())
          .allMatch(found -> PageFiles.NAMES.contains(found.group(1)));
    }
  }

  @Test
  void shouldNeverMakeMarkupOfWhatTheServerSays() throws Exception {
    for (var name : PageFiles.NAMES) {
      assertThat(Files.readString(FILES.resolve(name)))
          .as(name)
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(telemetry.address() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private String statusOf(String path) throws IOException {
    try (var socket = new Socket(telemetry.address().getHost(), telemetry.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .getBytes(UTF_8));
      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }
}
