package io.topiary.sparsity.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a built-in network is to have at its usual width and input. For the networks that
 * reference.py knows, which is kept beside the engine's tests, it is what PyTorch says. For the
 * small ones, which only we define, it is written down apart from the code: files of weights must
 * stay readable.
 *
 * @param multiplyAdds of convolutions and linear layers, counted while PyTorch ran the network
 * @param tensors name and shape of every tensor of its state, in order
 */
record ReferenceState(long multiplyAdds, List<String> tensors) {

  private static final Pattern HEAD =
      Pattern.compile("# \\d+ parameters; (\\d+) multiply-adds at .*");

  static ReferenceState of(String network) throws IOException {
    try (var stream = ReferenceState.class.getResourceAsStream("reference/" + network + ".txt")) {
      var text = new String(Objects.requireNonNull(stream, network).readAllBytes(), UTF_8);
      var lines = text.lines().toList();
      var head = HEAD.matcher(lines.get(0));
      if (!head.matches()) {
        throw new AssertionError(lines.get(0));
      }
      return new ReferenceState(Long.parseLong(head.group(1)), lines.subList(1, lines.size()));
    }
  }
}
