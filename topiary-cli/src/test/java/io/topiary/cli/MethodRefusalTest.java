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
        "--method bimp --dense-schedule step | --dense-schedule is step, but with --method bimp it"
            + " should be linear, as the rate falls to 0 in a straight line before the first pruning.",
        "--method bimp --dense-schedule 1-cycle | --dense-schedule is 1-cycle, but with --method bimp"
            + " it should be linear, as the rate falls to 0 in a straight line before the first"
            + " pruning.",
        "--dense-schedule triangle | --dense-schedule is 'triangle', but it should be linear, step,"
            + " cosine or 1-cycle.",
        "--warm-up 1 | --warm-up is 1, but it should be at least 0 and below 1, for example 0.1.",
        "--warm-up -0.1 | --warm-up is -0.1, but it should be at least 0 and below 1, for example"
            + " 0.1.",
        "--warm-up NaN | --warm-up is NaN, but it should be at least 0 and below 1, for example 0.1.",
        "--selector biggest | There is no selector 'biggest'; there are global-magnitude, uniform,"
            + " uniform-dense-first, erk, lamp, 2:4, random, where 2:4 may be any N:M.",
        "--selector 5:4 | --selector is 5:4, but of N:M, N should be at least 1 and below M, for example"
            + " 2:4.",
        "--selector 4:4 | --selector is 4:4, but of N:M, N should be at least 1 and below M, for example"
            + " 2:4.",
        "--selector 0:4 | --selector is 0:4, but of N:M, N should be at least 1 and below M, for example"
            + " 2:4.",
        "--selector 999999998:999999999 | --selector is 999999998:999999999, but it removes nothing of"
            + " network 'resnet8', none of whose layers has more than 999999998 inputs; N should be"
            + " lower.",
        "--selector uniform-dense-first --sparsity 0.998 | --sparsity has 0.998, but --selector"
            + " uniform-dense-first can remove at most 18,745 of the 18,824 weights, as the first"
            + " layer keeps all of its own and every other keeps one; it should be at most 0.9958.",
        "--selector lamp --sparsity 0.5,0.9999 | --sparsity has 0.9999, but --selector lamp can remove"
            + " at most 18,816 of the 18,824 weights, as every layer keeps one; it should be at most"
            + " 0.9995.",
        "--method imp-renda --sparsity 0.978 --width 1 | --sparsity has 0.978, which the phases take to"
            + " 0.9819, but --selector global-magnitude can remove at most 329 of the 337 weights, as"
            + " every layer keeps one; it should be at most 0.9762.",
        "--sparsity 0.9,, | --sparsity is '0.9,,', but it should be numbers with commas between them,"
            + " for example 0.7,0.9.",
        "--sparsity 90% | --sparsity is '90%', but it should be numbers with commas between them, for"
            + " example 0.7,0.9.",
        "--method imp --total-retrain-epochs 10 --phases 20 | --total-retrain-epochs is 10, but"
            + " --phases is 20; it should be at least 20, an epoch for each phase.",
        "--method imp --total-retrain-epochs 2.5 | --total-retrain-epochs is 2.5, but --phases is 3; it"
            + " should be at least 3, an epoch for each phase.",
        "--method bimp --phases 7 | --epochs is 10, of which the dense training takes 4; for 7 phases"
            + " it should be at least 12, an epoch for each.",
        "--method bimp --epochs 8 --dense-epochs 6 | --epochs is 8, of which the dense training takes"
            + " 6; for 3 phases it should be at least 9, an epoch for each.",
        "--selector 2:4 --sparsity 0.9 | --sparsity is 0.9, but with --selector 2:4 it follows from the"
            + " pattern (0.5, or less where a layer has few inputs); leave --sparsity out.",
        "--selector 2:4 --method imp | --selector is 2:4, which prunes once; it should go with"
            + " --method one-shot, not imp.",
        "--method bimp --phases 1 --epochs 0.01 | --dense-epochs is 0.004, which is less than half a batch; it"
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
