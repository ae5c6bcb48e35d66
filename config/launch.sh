# Sourced by the launchers, which set what it starts: root, program, module, main_class, options, and training, the
# arguments of the run that makes the start-up cache (empty: none is made). Ends by becoming that program.
# shellcheck shell=bash disable=SC2154

readonly needed_java=25
readonly target=$root/$module/target
readonly record=$target/java-home # written last by the build: the JDK it used, and the time of the build

say() {
  printf '%s: %s\n' "$program" "$*" >&2
}

# Sets java and java_version if $1 is a java of a new enough JDK. Reads the JDK's release file: starting it takes longer.
use_java() {
  local candidate=$1 release line version=
  [ -f "$candidate" ] && [ -x "$candidate" ] || return 1
  release=${candidate%/bin/java}/release
  if [ -r "$release" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in
        JAVA_RUNTIME_VERSION=*) version=${line#*=} && break ;;
        JAVA_VERSION=*) version=${line#*=} ;;
      esac
    done <"$release"
  fi
  if [ -z "$version" ]; then
    version=$("$candidate" -version 2>&1) || return 1
    version=${version#*version }
    version=${version%% *}
  fi
  version=${version//\"/}
  local major=${version%%[!0-9]*}
  [ -n "$major" ] && [ "$major" -ge "$needed_java" ] || return 1
  java=$candidate
  java_version=$version
}

find_java() {
  local home candidate
  if [ -n "${HOLDFAST_JAVA-}" ]; then
    candidate=$HOLDFAST_JAVA
    [ ! -d "$candidate" ] || candidate=$candidate/bin/java
    use_java "$candidate" && return
    say "HOLDFAST_JAVA is not a Java $needed_java or later: $HOLDFAST_JAVA"
    exit 1
  fi
  if [ -n "${JAVA_HOME-}" ]; then
    use_java "$JAVA_HOME/bin/java" && return
  fi
  if [ -r "$record" ]; then
    IFS= read -r home <"$record" && use_java "$home/bin/java" && return
  fi
  if candidate=$(command -v java); then
    candidate=$(readlink -f "$candidate" 2>/dev/null || printf '%s' "$candidate")
    use_java "$candidate" && return
  fi
  for home in /usr/lib/jvm/* /opt/java/* "${HOME-}"/.jdks/* "${HOME-}"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    use_java "$home/bin/java" && return
  done
  say "Java $needed_java or later not found; install one, or set JAVA_HOME or HOLDFAST_JAVA to it"
  exit 1
}

build_is_current() {
  [ -s "$record" ] && [ -s "$target/class-path" ] && [ -s "$target/$module.jar" ] || return 1
  local newer
  newer=$(find "$root/pom.xml" "$root"/holdfast-*/pom.xml "$root"/holdfast-*/src/main -newer "$record" -print -quit)
  [ -z "$newer" ]
}

build() {
  local log=$target/launcher-build.log began=$target/launcher-build.began
  if ! command -v mvn >/dev/null; then
    say "must be built (again), and Maven (mvn), which does that, was not found"
    exit 1
  fi
  if [ -e "$record" ]; then
    say "sources have changed; building (log: ${log#"$root"/})"
  else
    say "first use; building, which takes a minute (log: ${log#"$root"/})"
  fi
  : >"$began"
  if ! (cd "$root" && mvn -B -ntp -Dmaven.test.skip -pl "$module" -am package </dev/null >"$log" 2>&1); then
    sed -n -e "s|$root/||g" -e '/Failed to execute goal/q' -e '/^\[ERROR\]/p' -e '/^\[WARNING\]/p' "$log" | head -n 20 >&2
    say "the build failed"
    exit 1
  fi
  # What was edited while the build ran may have missed it.
  touch -r "$began" "$record"
}

# Two first uses at once must not build into one directory.
build_if_needed() {
  build_is_current && return
  mkdir -p "$target"
  (
    ! command -v flock >/dev/null || flock 9
    build_is_current || build
  ) 9>"$target/launcher.lock"
}

# Sets options to those that make the JVM start from a cache of loaded classes, made here if need be. Without one it starts
# all the same, only slower.
use_startup_cache() {
  local name=${java//[^A-Za-z0-9]/_}-${java_version//[^A-Za-z0-9.]/_}
  local cache=$target/start-up$name.aot
  if [ ! -e "$cache" ] || [ "$record" -nt "$cache" ] || [ "$target/$module.jar" -nt "$cache" ]; then
    [ -w "$target" ] || return 0
    rm -f "$cache"
    "$java" "${options[@]}" -XX:AOTCacheOutput="$cache.$$" -cp "$class_path" "$main_class" "${training[@]}" \
      </dev/null >"$target/launcher-cache.log" 2>&1 || true
    [ -s "$cache.$$" ] || : >"$cache.$$" # empty: do not try again
    mv -f "$cache.$$" "$cache"
  fi
  # A cache that does not fit, say because of another collector, is passed over in silence; JVM warnings go to stderr.
  [ ! -s "$cache" ] || options+=("-XX:AOTCache=$cache" -Xlog:disable '-Xlog:all=warning,aot*=off,cds*=off:stderr')
}

build_if_needed
find_java
IFS= read -r class_path <"$target/class-path" || true
class_path=$target/$module.jar:${class_path//@lib@/$target/lib}
[ "${#training[@]}" -eq 0 ] || use_startup_cache

# shellcheck disable=SC2086 # several options, separated by spaces
exec "$java" "${options[@]}" ${HOLDFAST_JAVA_OPTS-} -cp "$class_path" "$main_class" "$@"
