package io.topiary.sparsity.safetensors;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file, mapped into memory: tensors are read-only views of the file, and nothing is
 * read before somebody looks at it. The whole header is checked when the file is opened, so that
 * every view lies inside the file and no two overlap.
 *
 * <p>The map lives as long as any view of it; the file must not be shortened meanwhile.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile {

  private final Path path;
  private final Header header;
  private final Map<String, View> views;

  private SafetensorsFile(Path path, Header header, Map<String, View> views) {
    this.path = path;
    this.header = header;
    this.views = views;
  }

  /**
   * Checks the file's header and maps its tensors.
   *
   * @throws SafetensorsException when the file is not what the format asks for
   * @throws IOException when the file cannot be read
   */
  public static SafetensorsFile open(Path path) throws IOException {
    try (var channel = FileChannel.open(path)) {
      var header = Header.read(channel);
      return new SafetensorsFile(path, header, map(channel, header));
    } catch (SafetensorsException e) {
      throw new SafetensorsException(path + " is no valid safetensors file: " + e.getMessage(), e);
    }
  }

  /** What the writer noted beside the tensors. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors, in the order they lie in the file. */
  public List<TensorInfo> tensors() {
    return header.tensors();
  }

  /** What the header says of the named tensor, if there is one. */
  public Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(views.get(name)).map(View::tensor);
  }

  /**
   * The elements of an {@code F32} tensor, the last dimension running fastest.
   *
   * @throws SafetensorsException when there is no such tensor or it is of another type
   */
  public FloatBuffer floats(String name) {
    return elements(name, DataType.F32).asFloatBuffer();
  }

  /**
   * The elements of an {@code F32} tensor of the given shape, the last dimension running fastest.
   *
   * @throws SafetensorsException when there is no such tensor or it is of another type or shape
   */
  public FloatBuffer floats(String name, Shape shape) {
    var floats = floats(name);
    var found = view(name).tensor.shape();
    if (!found.equals(shape)) {
      throw new SafetensorsException(
          "Tensor '%s' in %s has shape %s; it must be %s.".formatted(name, path, found, shape));
    }
    return floats;
  }

  /**
   * The elements of an {@code I64} tensor, the last dimension running fastest.
   *
   * @throws SafetensorsException when there is no such tensor or it is of another type
   */
  public LongBuffer longs(String name) {
    return elements(name, DataType.I64).asLongBuffer();
  }

  /**
   * The bytes of a tensor of any type, as they lie in the file: little-endian.
   *
   * @throws SafetensorsException when there is no such tensor
   */
  public ByteBuffer bytes(String name) {
    return view(name).bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer elements(String name, DataType type) {
    var found = view(name).tensor.type();
    if (found != type) {
      throw new SafetensorsException(
          "Tensor '%s' in %s is of type %s; it must be %s.".formatted(name, path, found, type));
    }
    return bytes(name);
  }

  private View view(String name) {
    return Optional.ofNullable(views.get(name))
        .orElseThrow(
            () -> new SafetensorsException("There is no tensor '%s' in %s.".formatted(name, path)));
  }

  /** One map reaches 2 GiB at most, so a larger file takes several, cut between tensors. */
  private static Map<String, View> map(FileChannel channel, Header header) throws IOException {
    var views = new HashMap<String, View>();
    var start = 0L;
    var map = ByteBuffer.allocate(0);
    for (var tensor : header.tensors()) {
      if (tensor.bytes() > Integer.MAX_VALUE) {
        throw new SafetensorsException(
            "tensor '%s' has %d bytes; this reader takes at most %d."
                .formatted(tensor.name(), tensor.bytes(), Integer.MAX_VALUE));
      }
      if (tensor.end() - start > map.capacity()) {
        start = tensor.begin();
        var length = Math.min(Integer.MAX_VALUE, header.dataLength() - start);
        map = channel.map(FileChannel.MapMode.READ_ONLY, header.dataStart() + start, length);
      }
      var bytes = map.slice((int) (tensor.begin() - start), (int) tensor.bytes());
      views.put(tensor.name(), new View(tensor, bytes));
    }
    return views;
  }

  private record View(TensorInfo tensor, ByteBuffer bytes) {}
}
