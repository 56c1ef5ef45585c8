package io.topiary.benchmarks.inference;

import ai.djl.pytorch.jni.JniUtils;
import io.topiary.benchmarks.training.Machine;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.Flops;
import io.topiary.sparsity.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Runs all cases that have no result yet, and prints what they came to. */
record Comparison(InferenceOptions options, PreparedNetworks prepared, Results results) {

  void run() throws IOException {
    System.out.println(Machine.describe());
    var roofline = Roofline.measure();
    System.out.printf(
        Locale.ROOT,
        "One thread, vectors of %d bits: %.1f x 10^9 multiply-adds/s in registers; loads from 16 KiB %.0f GB/s, from 256 KiB %.0f GB/s, across cache lines %.0f and %.0f. A kernel that loads a value for each multiply-add does at most %.1f x 10^9/s from the first cache and %.1f from the second, across lines %.1f and %.1f.%n",
        roofline.bits(),
        roofline.multiplyAdds(),
        roofline.firstCache(),
        roofline.secondCache(),
        roofline.firstCacheAcross(),
        roofline.secondCacheAcross(),
        roofline.most(roofline.firstCache()),
        roofline.most(roofline.secondCache()),
        roofline.most(roofline.firstCacheAcross()),
        roofline.most(roofline.secondCacheAcross()));
    for (var network : options.networks()) {
      for (var sparsity : options.sparsities()) {
        compare(Recipe.of(network), sparsity);
      }
    }
    System.out.printf(
        "%d rounds of about %s s each, by turns; medians, in brackets the middle half of the rounds.%n",
        options.rounds(), options.seconds());
    results.tables(options).forEach(System.out::println);
  }

  private void compare(Recipe recipe, double sparsity) throws IOException {
    var missing = new ArrayList<Integer>();
    for (var batch : options.batches()) {
      if (options.again() || !results.has(recipe.name(), sparsity, batch, options.threads())) {
        missing.add(batch);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    var checkpoint = prepared.pruned(recipe, sparsity);
    try (var peers = PeerFiles.of(checkpoint, options)) {
      for (var batch : missing) {
        var result = measure(recipe, sparsity, batch, checkpoint, peers);
        results.add(result);
        System.err.printf(
            Locale.ROOT,
            "%s %.0f%% batch %d: %.3f ms, PyTorch (%s) %s, ONNX Runtime %s%n",
            recipe.name(),
            100 * sparsity,
            batch,
            result.sparse().median(),
            result.torchForm(),
            result.torchRatio().asRatio(),
            result.onnxRatio().asRatio());
      }
    }
  }

  private CaseResult measure(
      Recipe recipe, double sparsity, int batch, Path checkpoint, PeerFiles peers)
      throws IOException {
    var images = prepared.images(recipe, batch);
    var shape =
        LongStream.concat(
                LongStream.of(batch),
                recipe.network().input().dimensions().stream().mapToLong(Integer::longValue))
            .toArray();
    var forms = new ArrayList<Contender>();
    forms.add(EagerContender.load(checkpoint, images, options.threads()));
    JniUtils.setNumThreads(options.threads());
    forms.addAll(peers.scripts(batch, images, shape));
    try (var torch = Rounds.fastest(forms);
        var sparse = SparseContender.load(checkpoint, images, options.threads());
        var onnx = OnnxContender.load(peers.onnx(batch), images, shape, options.threads())) {
      var scores = sparse.predict();
      var torchError = error(scores, torch.predict());
      var onnxError = error(scores, onnx.predict());
      var times = Rounds.time(List.of(sparse, torch, onnx), options);
      var left = multiplyAdds(checkpoint) * batch;
      return new CaseResult(
          recipe.name(),
          sparsity,
          batch,
          options.threads(),
          sparse.name(),
          Quartiles.of(times[0]),
          torch.name(),
          Quartiles.of(times[1]),
          Quartiles.of(times[2]),
          ratio(times[1], times[0]),
          ratio(times[2], times[0]),
          torchError,
          onnxError,
          left / Quartiles.of(times[0]).median() / 1e6,
          options.rounds(),
          Instant.now().toString(),
          Machine.describe());
    }
  }

  private static Quartiles ratio(double[] theirs, double[] ours) {
    return Quartiles.of(
        IntStream.range(0, ours.length).mapToDouble(i -> theirs[i] / ours[i]).toArray());
  }

  /** The largest difference of two scores over the largest score. */
  private static double error(float[] scores, float[] expected) {
    if (scores.length != expected.length) {
      throw new IllegalStateException(
          "%d scores were expected, not %d.".formatted(expected.length, scores.length));
    }
    var difference = 0.0;
    var largest = 0.0;
    for (var i = 0; i < scores.length; i++) {
      difference = Math.max(difference, Math.abs(scores[i] - expected[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }

  /** Multiply-adds of one image with the weights that are not 0. */
  private static double multiplyAdds(Path checkpoint) throws IOException {
    var file = CheckpointFile.open(checkpoint);
    return Flops.of(file.network(), sparsities(file.network(), file)).sparse();
  }

  private static Map<String, Double> sparsities(Network network, CheckpointFile file) {
    var sparsities = new HashMap<String, Double>();
    for (var parameter : network.prunable()) {
      var values = file.values(parameter);
      var zeros = 0L;
      for (var i = 0; i < values.limit(); i++) {
        zeros += values.get(i) == 0 ? 1 : 0;
      }
      sparsities.put(parameter.name(), zeros / (double) values.limit());
    }
    return sparsities;
  }
}
