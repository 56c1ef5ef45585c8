package io.topiary.cli.options;

import io.topiary.sparsity.network.BuiltInNetworks;
import java.util.Iterator;

/** The networks that the help names. */
public final class NetworkNames implements Iterable<String> {

  @Override
  public Iterator<String> iterator() {
    return BuiltInNetworks.names().iterator();
  }
}
