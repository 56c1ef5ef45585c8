package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What contradicts itself, asked of the two commands that share the options. */
class MethodRefusalTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--method magic | --method is 'magic', but it should be one-shot, imp, imp-renda or bimp.",
        "--phases 3 | --phases is 3, but --method one-shot has one phase; --method imp has several.",
        "--method imp --phases 0 | --phases is 0, but it should be between 1 and 1000.",
        "--method imp --phases -2 | --phases is -2, but it should be between 1 and 1000.",
        "--method imp-renda --phases 3 | --phases is 3, but --method imp-renda takes as many phases"
            + " as the sparsity needs; --method imp can be told.",
        "--dense-epochs 8 | --dense-epochs is 8, but only --method bimp has a budget to take them"
            + " from; --epochs says it for the others.",
        "--method bimp --epochs 20 --dense-epochs 20 | --dense-epochs is 20, but it should be below"
            + " --epochs, which is 20, so that some are left for retraining.",
        "--method bimp --dense-epochs 0 | --dense-epochs is 0, but it should be above 0.",
        "--method bimp --retrain-epochs 2 | --retrain-epochs is 2, but --method bimp retrains with"
            + " what --dense-epochs leaves of --epochs.",
        "--method bimp --total-retrain-epochs 2.5 | --total-retrain-epochs is 2.5, but --method"
            + " bimp retrains with what --dense-epochs leaves of --epochs.",
        "--total-retrain-epochs 6 | --total-retrain-epochs is 6, but only --method imp splits a"
            + " total; --retrain-epochs says it for one phase.",
        "--method imp --total-retrain-epochs 6 --retrain-epochs 2 | --retrain-epochs is 2, but"
            + " --total-retrain-epochs is given too; one of them should go.",
        "--method imp --total-retrain-epochs -6 | --total-retrain-epochs is -6, but it should be"
            + " above 0.",
        "--schedule sgdr | --schedule is 'sgdr', but it should be ft, lrw, slr, clr, llr or allr.",
        "--schedule lrw --epochs 1 | LRW cannot rewind 170 iterations, as the dense training had 85;"
            + " retraining must be no longer than that.",
        "--dense-schedule cosine | --dense-schedule is 'cosine', but it should be linear or step.",
        "--selector biggest | There is no selector 'biggest'; there are global-magnitude, uniform,"
            + " uniform-dense-first, erk, lamp, 2:4, random, where 2:4 may be any N:M.",
        "--selector 5:4 | 5 of 4 weights cannot be kept; N must be at least 1 and at most M.",
        "--selector 4:4 | --selector is 4:4, which keeps every weight; of N:M, N should be below M.",
        "--selector 2:4 --sparsity 0.9 | --sparsity is 0.9, but --selector 2:4 always prunes to"
            + " 0.5; leave --sparsity out.",
        "--selector 2:4 --method imp | --selector is 2:4, which prunes once; it should go with"
            + " --method one-shot, not imp.",
        "--method bimp --epochs 0.01 | --dense-epochs is 0.004, which is less than half a batch; it"
            + " should be at least 0.0118.",
        "--network my-net.json | There is no network file my-net.json.",
        "--network my-net.json --width 8 | Network 'my-net.json' says itself how wide it is; a"
            + " width (8) goes only with a built-in network.",
      })
  void shouldBeOneSentenceOfBothCommands(String row) {
    var options = row.split(" \\| ", -1);
    for (var command : new String[] {"plan", "demo --http-port 0"}) {
      // When
      var run = CommandLineRun.of((command + " " + options[0]).split(" "));

      // Then
      assertThat(run.err()).as(command).containsExactly(options[1]);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
    }
  }
}
