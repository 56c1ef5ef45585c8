package io.topiary.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The browser of this machine, without a window; nothing is downloaded. */
final class Chromium implements AutoCloseable {

  /** Names a browser that is on no usual path. */
  private static final String CHROMIUM = "TOPIARY_CHROMIUM";

  /** Where it is set, a browser that is missing fails the test instead of leaving it out. */
  private static final String REQUIRED = "TOPIARY_BROWSER_REQUIRED";

  private static final String MISSING =
      "There is no Chromium; install Debian's package \"chromium\", or name a browser in the variable "
          + CHROMIUM
          + ".";

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  /** It talks to nobody but the page, and draws without a GPU. */
  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Starts the browser; leaves the test out where there is none, unless it must be there. */
  static Chromium start() {
    var found = find();
    if (found.isEmpty()) {
      if (System.getenv().containsKey(REQUIRED)) {
        Assertions.fail(MISSING);
      }
      Assumptions.abort(MISSING);
    }
    var playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    try {
      var options = new LaunchOptions().setExecutablePath(found.orElseThrow()).setArgs(ARGUMENTS);
      return new Chromium(playwright, playwright.chromium().launch(options));
    } catch (RuntimeException e) {
      playwright.close();
      throw e;
    }
  }

  /** A window of its own, without cookies or cache of another. */
  BrowserContext window(Browser.NewContextOptions options) {
    return browser.newContext(options);
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }

  private static Optional<Path> find() {
    var named = Stream.ofNullable(System.getenv(CHROMIUM)).map(Path::of);
    var onPath =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
    return Stream.concat(named, onPath).filter(Files::isExecutable).findFirst();
  }
}
