# shellcheck shell=bash
# For the scripts beside it, which set `config`: the configuration file.

# The value of a key; the last one counts. As in any file of properties a character may have a
# backslash before it.
config_value() {
  sed -n "s/^[[:space:]]*$1[[:space:]]*[=:][[:space:]]*//p" "$config" 2>/dev/null |
    tail -n 1 | sed -e 's/[[:space:]]*$//' -e 's/\\\([^fnrtu]\)/\1/g'
}
