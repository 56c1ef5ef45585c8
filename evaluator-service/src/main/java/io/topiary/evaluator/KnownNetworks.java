package io.topiary.evaluator;

import io.topiary.schemas.Artifact;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was found out about dense networks of late: every pruned network is held against its dense
 * ancestor, which many share. Safe for use by several threads.
 */
final class KnownNetworks {

  /** Two lists of small numbers each: some megabytes in all. */
  private static final int MOST = 32;

  private record Key(NetworkSpec network, String weights, String data) {}

  /** In the order of their last use. */
  private final Map<Key, Judged> known =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Judged> eldest) {
          return size() > MOST;
        }
      };

  synchronized Optional<Judged> find(Recipe recipe, Artifact weights) {
    return Optional.ofNullable(known.get(key(recipe, weights)));
  }

  synchronized void add(Recipe recipe, Artifact weights, Judged network) {
    known.put(key(recipe, weights), network);
  }

  private static Key key(Recipe recipe, Artifact weights) {
    DataSpec data = recipe.getData();
    return new Key(recipe.getNetwork(), weights.getSha256(), data.getSha256());
  }
}
