package io.topiary.runtime.quiet;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuietPeriodsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final int TIMINGS = 100;

  private final QuietPeriods periods = new QuietPeriods();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Iterations of trainers that are under way. */
  private final AtomicInteger iterating = new AtomicInteger();

  private final AtomicInteger iterations = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();

  @AfterEach
  void stop() throws InterruptedException {
    enough.set(true);
    threads.shutdownNow();
    assertThat(threads.awaitTermination(10, SECONDS)).isTrue();
  }

  @Test
  void shouldTimeOnlyWhileEverybodyElsePauses() throws Exception {
    // Given three trainers, and three evaluators that time something again and again
    var trainers = List.of(train(), train(), train());
    var timing = new AtomicInteger();
    var disturbances = new AtomicInteger();

    // When
    var evaluators = new ArrayList<Future<Integer>>();
    for (var i = 0; i < 3; i++) {
      evaluators.add(
          threads.submit(
              () -> {
                var timings = 0;
                try (var work = begin()) {
                  while (timings < TIMINGS) {
                    work.pause();
                    timings +=
                        work.quietly(
                                PATIENCE,
                                () -> {
                                  var others = timing.getAndIncrement() + iterating.get();
                                  Thread.onSpinWait();
                                  others += iterating.get();
                                  timing.decrementAndGet();
                                  disturbances.addAndGet(others);
                                  return 1;
                                })
                            .orElse(0);
                  }
                }
                return timings;
              }));
    }

    // Then
    for (var evaluator : evaluators) {
      assertThat(evaluator.get()).isEqualTo(TIMINGS);
    }
    enough.set(true);
    for (var trainer : trainers) {
      trainer.get();
    }
    assertThat(disturbances).hasValue(0);
  }

  @Test
  void shouldGiveAllWhoPauseATurnBetweenTwoTimings() throws Exception {
    // Given a trainer that pauses for a timing, while another timing is asked for
    var trainer = begin();
    var first = new CountDownLatch(1);
    var order = new ArrayList<String>();
    var begun = new CountDownLatch(1);
    var evaluators = List.of(begin(), begin());
    Callable<Boolean> timing =
        () -> {
          begun.countDown();
          first.await();
          return order.add("timed");
        };
    var timings = evaluators.stream().map(work -> time(work, timing)).toList();
    await().until(() -> periods.wanted() == 2);

    // When
    var trained =
        threads.submit(
            () -> {
              // Until both have been let through.
              for (var i = 0; i < 2; i++) {
                trainer.pause();
                order.add("trained");
              }
              trainer.close();
              return true;
            });
    begun.await();
    await().until(() -> periods.pausing() == 1);
    first.countDown();

    // Then
    trained.get();
    for (var timed : timings) {
      assertThat(timed.get()).isTrue();
    }
    assertThat(order).containsExactly("timed", "trained", "timed", "trained");
  }

  @Test
  void shouldNotWaitForThoseWhoDoNotWork() {
    // Given a slot whose job has ended
    begin().close();

    // When
    var work = begin();
    var timed = work.quietly(Duration.ZERO, () -> "timed");

    // Then
    assertThat(timed).hasValue("timed");
  }

  @Test
  void shouldNotTimeWhenOthersWorkOnForTooLong() {
    // Given
    var trainer = begin();
    var evaluator = begin();

    // When
    var timed = evaluator.quietly(Duration.ofMillis(1), () -> "timed");

    // Then nobody is held up any more
    assertThat(timed).isEmpty();
    trainer.pause();
    trainer.close();
    assertThat(evaluator.quietly(Duration.ZERO, () -> "timed")).hasValue("timed");
  }

  @Test
  void shouldLetAStopThrough() throws Exception {
    // Given a timing that takes for ever
    var never = new CountDownLatch(1);
    var begun = new CountDownLatch(1);
    var trainer = periods.begin(enough::get);
    var timing =
        time(
            begin(),
            () -> {
              begun.countDown();
              never.await();
              return true;
            });
    var trained =
        threads.submit(
            () -> {
              while (!enough.get()) {
                trainer.pause();
              }
              trainer.close();
            });
    begun.await();
    var other =
        threads.submit(
            () -> periods.begin(enough::get).quietly(PATIENCE, () -> "timed").isPresent());
    await().until(() -> periods.pausing() == 2);

    // When
    enough.set(true);

    // Then
    trained.get();
    assertThat(other.get()).isFalse();
    assertThat(timing).isNotDone();
  }

  @Test
  void shouldLeaveAnInterruptedThreadInterrupted() throws Exception {
    // Given
    var trainer = begin();
    var waiting =
        threads.submit(
            () -> {
              Thread.currentThread().interrupt();
              var timed = begin().quietly(PATIENCE, () -> "timed");
              return timed.isEmpty() && Thread.currentThread().isInterrupted();
            });

    // When, then
    assertThat(waiting.get()).isTrue();
    trainer.close();
  }

  @Test
  void shouldCountAThreadOnceThatIsInterruptedAsItsTurnComes() throws Exception {
    // Given a trainer that pauses for a timing, which waits for somebody else
    var other = begin();
    var trainer = begin();
    var trained =
        new Thread(
            () -> {
              trainer.pause();
              trainer.close();
            });
    var stopping = new AtomicBoolean();
    var evaluator =
        periods.begin(
            () -> {
              if (!stopping.get()) {
                return false;
              }
              // Asked by whoever holds the lock, so that the trainer wakes up and has to wait.
              trained.interrupt();
              await().until(() -> trained.getState() == Thread.State.WAITING);
              return true;
            });
    var timed = time(evaluator, () -> true);
    await().until(() -> periods.wanted() == 1);
    trained.start();
    await().until(() -> periods.pausing() == 1);

    // When it is interrupted just before the timing is given up
    stopping.set(true);
    trained.join();

    // Then nobody waits for it any more
    assertThat(timed.get()).isFalse();
    other.close();
    assertThat(begin().quietly(Duration.ZERO, () -> "timed")).hasValue("timed");
  }

  @Test
  void shouldPauseForAnothersTimingWhenItsOwnPatienceHasEnded() throws Exception {
    // Given a timing that waits for a trainer
    var trainer = begin();
    var impatient = begin();
    var timing = time(begin(), () -> true);
    await().until(() -> periods.wanted() == 1);

    // When another does not wait for so long
    var timed =
        threads.submit(() -> impatient.quietly(Duration.ofMillis(1), () -> "timed").isPresent());

    // Then it lets the one pass all the same
    await().until(() -> periods.pausing() == 1);
    assertThat(timed).isNotDone();
    trainer.close();
    assertThat(timing.get()).isTrue();
    assertThat(timed.get()).isFalse();
  }

  @Test
  void shouldGoOnAfterATimingThatFailed() {
    // Given
    var work = begin();

    // When
    assertThatThrownBy(
            () ->
                work.quietly(
                    PATIENCE,
                    () -> {
                      throw new IllegalStateException("bug");
                    }))
        .hasMessage("bug");

    // Then
    work.pause();
    work.close();
    assertThat(begin().quietly(Duration.ZERO, () -> "timed")).hasValue("timed");
  }

  /** Work that nobody stops. */
  private QuietPeriods.Work begin() {
    return periods.begin(() -> false);
  }

  /** Trains until it is enough, and pauses after every iteration. */
  private Future<?> train() {
    return threads.submit(
        () -> {
          try (var work = begin()) {
            while (!enough.get()) {
              iterating.incrementAndGet();
              iterations.incrementAndGet();
              iterating.decrementAndGet();
              work.pause();
            }
          }
        });
  }

  private Future<Boolean> time(QuietPeriods.Work work, Callable<Boolean> timing) {
    return threads.submit(
        () -> {
          try (work) {
            return work.quietly(PATIENCE, () -> call(timing)).orElse(false);
          }
        });
  }

  private static boolean call(Callable<Boolean> timing) {
    try {
      return timing.call();
    } catch (Exception e) {
      return false;
    }
  }
}
