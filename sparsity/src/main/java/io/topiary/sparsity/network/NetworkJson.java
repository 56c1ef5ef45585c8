package io.topiary.sparsity.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.topiary.sparsity.JsonComplaint;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network as JSON: its name, the shape of one image, and the nodes in the order they run in, each
 * with its name, its operator, its inputs and the operator's attributes.
 *
 * <pre>{@code
 * {
 *   "name": "tiny",
 *   "input": [1, 28, 28],
 *   "nodes": [
 *     {"name": "flatten", "operator": "Flatten"},
 *     {"name": "fc", "operator": "Gemm", "outFeatures": 10}
 *   ]
 * }
 * }</pre>
 *
 * <p>A node that names no inputs reads the node before it, the first one the image; a node that
 * reads two always names them. Attributes that are left out have PyTorch's defaults. Nothing
 * unknown may be there. Writing leaves nothing out. docs/NETWORKS.md describes it all.
 */
public final class NetworkJson {

  private static final int LONGEST = 16 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter PRETTY =
      JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private NetworkJson() {}

  /**
   * Reads a network from a file.
   *
   * @throws NetworkException naming node and field when it is no network
   */
  public static Network read(Path file) throws IOException {
    if (Files.size(file) > LONGEST) {
      throw new NetworkException(
          "%s has %d bytes; a network's JSON has at most %d."
              .formatted(file, Files.size(file), LONGEST));
    }
    try {
      return read(withoutMark(Files.readString(file)));
    } catch (MalformedInputException e) {
      throw new NetworkException(file + " is no network: it is not UTF-8.", e);
    } catch (NetworkException e) {
      throw new NetworkException(file + " is no network: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a network.
   *
   * @throws NetworkException naming node and field when it is no network
   */
  public static Network read(String json) {
    try {
      var tree = JSON.readTree(json);
      if (tree.isMissingNode()) {
        throw new NetworkException("It is empty.");
      }
      var fields = new Fields("The network", tree);
      var name = fields.text("name");
      var input = fields.shape("input");
      var nodes = new ArrayList<Node>();
      for (var node : fields.list("nodes")) {
        nodes.add(node(nodes, node));
      }
      fields.requireNoOther();
      return new Network(name, input, nodes);
    } catch (JsonProcessingException e) {
      throw new NetworkException(
          "It is no JSON%s: %s.".formatted(place(e), JsonComplaint.of(e)), e);
    }
  }

  /** Some editors begin a file of UTF-8 with a byte order mark, which is no part of its text. */
  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** The JSON of a network: the same network, the same text. */
  public static String write(Network network) {
    return write(network, PRETTY);
  }

  /** The same JSON on one line, for where people seldom look. */
  public static String writeCompact(Network network) {
    return write(network, JSON.writer());
  }

  private static String write(Network network, ObjectWriter writer) {
    var json = JSON.createObjectNode().put("name", network.name());
    var input = json.putArray("input");
    network.input().dimensions().forEach(input::add);
    var nodes = json.putArray("nodes");
    for (var node : network.nodes()) {
      var object = nodes.addObject();
      object.put("name", node.name()).put("operator", node.operator().name());
      var inputs = object.putArray("inputs");
      node.inputs().forEach(inputs::add);
      OperatorJson.write(node.operator(), object);
    }
    try {
      return writer.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** Nesting without end is refused without saying where. */
  private static String place(JsonProcessingException e) {
    return Optional.ofNullable(e.getLocation())
        .map(at -> " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()))
        .orElse("");
  }

  private static Node node(List<Node> before, JsonNode json) {
    var name = new Fields("Node number " + (before.size() + 1), json).text("name");
    Names.requirePlain("Node", name);
    try {
      var fields = new Fields("it", json);
      fields.text("name");
      var operator = OperatorJson.read(fields.text("operator"), fields);
      var inputs =
          operator.arity() == 1
              ? fields.texts("inputs", List.of(last(before)))
              : fields.texts("inputs");
      fields.requireNoOther();
      return new Node(name, operator, inputs);
    } catch (NetworkException e) {
      throw new NetworkException("Node '" + name + "': " + e.getMessage(), e);
    }
  }

  private static String last(List<Node> nodes) {
    return nodes.isEmpty() ? Network.INPUT : nodes.get(nodes.size() - 1).name();
  }
}
