package io.topiary.cli.policies;

import static io.topiary.cli.options.Refusals.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** The files that policies are written in; all of them are read and checked before any is used. */
public final class PolicyFiles {

  /** What stands for standard input. */
  static final String STANDARD_INPUT = "-";

  private static final int MOST_BYTES = 1 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private PolicyFiles() {}

  /**
   * The policies of files, of folders' {@code *.yaml} in the order of their names, and of standard
   * input.
   *
   * @throws StartException when one of them cannot be read or is wrong, when one holds no policy,
   *     or when two policies have one name
   */
  public static List<WrittenPolicy> read(List<String> given, InputStream standardInput) {
    var policies = new ArrayList<WrittenPolicy>();
    for (var name : given) {
      if (name.equals(STANDARD_INPUT)) {
        policies.addAll(policies("standard input", bytes("standard input", standardInput)));
        continue;
      }
      for (var file : files(Path.of(name))) {
        policies.addAll(policies(file.toString(), bytes(file)));
      }
    }
    requireDistinct(policies);
    return policies;
  }

  private static List<WrittenPolicy> policies(String source, byte[] bytes) {
    var policies = PolicyYaml.read(source, text(source, bytes));
    require(
        !policies.isEmpty(),
        "%s: There is no policy in it; it should hold keys and values, such as 'name: nightly'.",
        source);
    return policies;
  }

  private static List<Path> files(Path named) {
    if (!Files.isDirectory(named)) {
      return List.of(named);
    }
    try (var entries = Files.list(named)) {
      var files = entries.filter(PolicyFiles::holdsPolicies).sorted().toList();
      require(
          !files.isEmpty(),
          "%s: There is no policy in this folder; it should hold files *.yaml.",
          named);
      return files;
    } catch (UncheckedIOException e) {
      throw unreadable(named.toString(), new IOException(e));
    } catch (IOException e) {
      throw unreadable(named.toString(), e);
    }
  }

  /** Where Kubernetes mounts a ConfigMap, {@code ..data} and its like hold every file once more. */
  private static boolean holdsPolicies(Path file) {
    var name = file.getFileName().toString();
    return !name.startsWith(".")
        && (name.endsWith(".yaml") || name.endsWith(".yml"))
        && !Files.isDirectory(file);
  }

  private static void requireDistinct(List<WrittenPolicy> policies) {
    var places = new HashMap<String, String>();
    for (var policy : policies) {
      var other = places.put(policy.name(), policy.place());
      require(
          other == null,
          "%s: The name '%s' is that of the policy at %s too; each should have its own.",
          policy.place(),
          policy.name(),
          other);
    }
  }

  private static byte[] bytes(Path file) {
    try (var stream = Files.newInputStream(file)) {
      return bytes(file.toString(), stream);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  private static byte[] bytes(String source, InputStream stream) {
    try {
      var bytes = stream.readNBytes(MOST_BYTES + 1);
      require(
          bytes.length <= MOST_BYTES,
          "%s: This is more than 1 MiB, but it should be policies, a page of text or two.",
          source);
      return bytes;
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  private static String text(String source, byte[] bytes) {
    try {
      var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new StartException("%s: This should be text in UTF-8.".formatted(source), e);
    }
  }

  private static StartException unreadable(String source, IOException e) {
    return new StartException(
        "%s: This should be a file or a folder that can be read, but: %s."
            .formatted(source, Reason.of(e)),
        e);
  }
}
