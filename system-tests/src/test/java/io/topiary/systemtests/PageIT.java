package io.topiary.systemtests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page in a real browser, over a real broker that holds what workers would send. */
@Tag("process")
class PageIT {

  private static final double SOON_MILLIS = 60_000;
  private static final String OVERVIEW = "/";
  private static final String CHECKPOINT = "/#/checkpoints/" + PageFixture.RETRAINED;

  /** Of what there is no text: markup that would do something if it were taken for markup. */
  private static final String MARKUP = "<img src=x onerror=\"document.title='broken'\">";

  /** Whether the words of a level lie over a mark or its error bar. */
  private static final String LABEL_OVER_A_MARK =
      """
      () => {
        const boxes = (what) =>
          [...document.querySelectorAll(what)].map((one) => one.getBoundingClientRect());
        return boxes(".plot .level text").some((text) =>
          boxes(".plot .mark-shape, .plot .error-bar").some((mark) =>
            text.left < mark.right && mark.left < text.right
              && text.top < mark.bottom && mark.top < text.bottom));
      }
      """;

  @TempDir private static Path folder;

  private static PageFixture pipeline;
  private static Chromium browser;

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> foreign = new CopyOnWriteArrayList<>();
  private BrowserContext window;

  @BeforeAll
  static void start() throws Exception {
    PlaywrightAssertions.setDefaultAssertionTimeout(SOON_MILLIS);
    browser = Chromium.start();
    pipeline = PageFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void closeTheWindow() {
    window.close();
  }

  @Test
  void shouldPlotAccuracyAndSpeedupsOfEveryMethodAndSchedule() {
    // When
    var page = open(OVERVIEW, desktop());

    // Then
    var accuracy = page.locator("#accuracy .plot");
    assertThat(accuracy.locator(".series")).hasCount(2);
    assertThat(accuracy.locator(".mark")).hasCount(6);
    assertThat(accuracy.locator(".error-bar")).hasCount(6);
    assertThat(accuracy.locator(".level")).containsText("dense 87.8 ± 0.4%");
    assertThat(page.locator("#speedup .panel h3"))
        .hasText(new String[] {"Theoretical", "Measured, batch 1", "Measured, batch 64"});
    assertThat(page.locator("#speedup .withheld")).containsText("Withheld: ");
    assertThat(page.locator("#speedup .withheld")).containsText("one-shot, ALLR at 90%");
    page.locator("#accuracy summary").click();
    assertThat(page.locator("#accuracy tbody")).containsText("withheld");
    assertThat(page.locator("#accuracy tbody tr").last()).not().containsText("not timed");
    assertThat(page.evaluate(LABEL_OVER_A_MARK)).isEqualTo(false);
    page.locator("#accuracy summary").click();
    assertThat(page.locator("#checkpoints tbody tr")).hasCount(22);
    requireNoComplaint(page);
    page.screenshot(shot("light"));
  }

  @Test
  void shouldSayAMarksValuesToPointerAndKeyboard() {
    // Given
    var page = open(OVERVIEW, desktop());
    var mark = page.locator("#accuracy .series[data-series='IMP, ALLR'] .mark").last();

    // When
    mark.hover();

    // Then
    var tip = page.locator("#accuracy .tip");
    assertThat(tip).containsText("IMP, ALLR");
    assertThat(tip).containsText("95%");
    page.mouse().move(1, 1);
    assertThat(tip).isHidden();

    // When it is reached by keyboard, it says the same and leads to its best checkpoint
    mark.focus();
    assertThat(tip).isVisible();
    page.keyboard().press("Enter");
    page.keyboard().press("Enter");
    assertThat(page.locator("#lineage")).isVisible();
    requireNoComplaint(page);
  }

  @Test
  void shouldShowAJobMoveAndEnd() throws Exception {
    // Given
    var page = open(OVERVIEW, desktop());
    pipeline.progress("moving", "resnet8", 10);
    var job = page.locator("[data-job='moving']");
    assertThat(job.locator("[role=progressbar]")).hasAttribute("aria-valuenow", "10");

    // When
    pipeline.progress("moving", "resnet8", 60);

    // Then
    assertThat(job.locator("[role=progressbar]")).hasAttribute("aria-valuenow", "60");
    assertThat(job).containsText("rate");
    assertThat(job).containsText("1,235");

    // When
    pipeline.failed("moving", "The loss became NaN.");

    // Then
    assertThat(job).hasCount(0);
    page.locator("#jobs summary").click();
    assertThat(page.locator("#jobs tbody")).containsText("The loss became NaN.");
    requireNoComplaint(page);
  }

  @Test
  void shouldShowADeadLetterWhenItComes() throws Exception {
    // Given
    var page = open(OVERVIEW, desktop());
    assertThat(page.locator("#accuracy .series")).hasCount(2);

    // When
    pipeline.deadLetter(4711, "It should be a TrainingJob.");

    // Then
    var newest = page.locator("#dead-letters li").first();
    assertThat(newest).containsText("It should be a TrainingJob.");
    assertThat(newest).containsText("topiary.jobs-0@4711");
    requireNoComplaint(page);
  }

  @Test
  void shouldShowWhereACheckpointComesFrom() {
    // When
    var page = open(CHECKPOINT, desktop());

    // Then
    assertThat(page.locator("#lineage li .chain-name"))
        .hasText(new String[] {"dense", "pruned", "retrained"});
    assertThat(page.locator("#lineage li[aria-current]")).containsText("retrained");
    assertThat(page.locator("#rates .rates-line")).hasCount(2);
    assertThat(page.locator("#layers tbody tr")).hasCount(3);
    assertThat(page.locator("#classes tbody tr")).hasCount(10);
    assertThat(page.locator("#timings")).containsText("drifted");

    // And its rates on either axis
    var linear = page.locator("#rates .rates-line").first().getAttribute("d");
    page.getByLabel("logarithmic").check();
    assertThat(page.locator("#rates .rates-line").first()).not().hasAttribute("d", linear);

    // And the way to its parent
    page.screenshot(shot("checkpoint"));
    page.locator("#lineage a").first().click();
    assertThat(page.locator("h1")).containsText("dense");
    requireNoComplaint(page);
  }

  @Test
  void shouldSayThatACheckpointIsNotKnown() {
    // When
    var page = open("/#/checkpoints/nobody", desktop());

    // Then
    assertThat(page.locator("h1")).hasText("No such checkpoint");
    assertThat(page.locator("#banner")).isHidden();
  }

  @ParameterizedTest
  @MethodSource("views")
  void shouldFitOnAPhone(String path) {
    // When
    var page = open(path, desktop().setViewportSize(360, 740));

    // Then
    assertThat(page.locator("main .plot svg").first()).isVisible();
    assertThat(page.evaluate("document.scrollingElement.scrollWidth")).isEqualTo(360);
    page.screenshot(shot(path.equals(OVERVIEW) ? "phone" : "phone-checkpoint"));
    requireNoComplaint(page);
  }

  @Test
  void shouldBeDarkForThoseWhoPreferIt() {
    // Given
    var light = background(open(OVERVIEW, desktop()));
    window.close();

    // When
    var page = open(OVERVIEW, desktop().setColorScheme(ColorScheme.DARK));

    // Then
    assertThat(page.locator("#accuracy .series")).hasCount(2);
    assertThat(light).isEqualTo("rgb(244, 246, 242)");
    assertThat(background(page)).isEqualTo("rgb(17, 21, 18)");
    page.screenshot(shot("dark"));
  }

  @Test
  void shouldShowMarkupAsTheTextThatItIs() throws Exception {
    // When
    pipeline.progress("named", MARKUP, 50);
    pipeline.deadLetter(4712, MARKUP);
    var page = open(OVERVIEW, desktop());

    // Then
    assertThat(page.locator("[data-job='named'] strong")).hasText(MARKUP);
    assertThat(page.locator("#dead-letters li").first()).containsText(MARKUP);
    assertThat(page.locator("main img")).hasCount(0);
    assertThat(page).hasTitle("Topiary");
    requireNoComplaint(page);
  }

  @Test
  void shouldSayThatTheServerIsAwayAndGoOnWhenItIsBack() {
    // Given
    var page = open(OVERVIEW, desktop());
    assertThat(page.locator("#accuracy .series")).hasCount(2);
    assertThat(page.locator("#banner")).isHidden();

    // When
    window.setOffline(true);

    // Then what is known stays, and is said to be old
    assertThat(page.locator("#banner")).containsText("does not answer");
    assertThat(page.locator("#accuracy .series")).hasCount(2);

    // When
    window.setOffline(false);

    // Then
    assertThat(page.locator("#banner")).isHidden();
    assertThat(page.locator("#pulse")).hasText("live");
  }

  private static Stream<String> views() {
    return Stream.of(OVERVIEW, CHECKPOINT);
  }

  private Page open(String path, NewContextOptions options) {
    window = browser.window(options);
    var page = window.newPage();
    page.setDefaultTimeout(SOON_MILLIS);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    page.onRequest(
        request -> {
          if (!pipeline.address().getHost().equals(URI.create(request.url()).getHost())) {
            foreign.add(request.url());
          }
        });
    page.navigate(pipeline.address() + path);
    return page;
  }

  private static NewContextOptions desktop() {
    return new NewContextOptions()
        .setViewportSize(1200, 900)
        .setColorScheme(ColorScheme.LIGHT)
        .setReducedMotion(ReducedMotion.REDUCE);
  }

  private void requireNoComplaint(Page page) {
    assertThat(page.locator("#banner")).isHidden();
    assertThat(complaints).isEmpty();
    assertThat(foreign).isEmpty();
  }

  private static String background(Page page) {
    return (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
  }

  private static ScreenshotOptions shot(String name) {
    return new ScreenshotOptions()
        .setPath(Path.of("target", "page-" + name + ".png"))
        .setFullPage(true);
  }
}
