package io.topiary.evaluator.frontier;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * Makes RocksDB modest: the frontier has five stores for each partition, most of them small, and
 * each would set aside 4 MiB of disk when it is opened and up to 48 MiB of memory to write to.
 */
public final class SmallStores implements RocksDBConfigSetter {

  private static final long MANIFEST = 64 << 10;
  private static final long WRITE_BUFFER = 2 << 20;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    options.setManifestPreallocationSize(MANIFEST);
    options.setWriteBufferSize(WRITE_BUFFER);
  }

  /** Nothing was made that would have to be closed. */
  @Override
  public void close(String storeName, Options options) {}
}
