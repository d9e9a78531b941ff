/**
 * True where a host is on a list of exact names and `*.example.com` patterns, compared without case. A pattern needs a label in front, and
 * never admits a literal address, be it of this machine, a private network or the cloud's metadata: such a one must be listed exactly, in
 * the form that URLs give it (`10.0.0.1` for `0x0a000001`, `::ffff:a00:1` for `::ffff:10.0.0.1`).
 */
export function isAllowedHost(hostname: string, allowed: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  const literal = /^[\d.]+$|:/.test(host);
  return allowed.some((entry) => {
    const pattern = entry.trim().toLowerCase();
    if (literal || !pattern.startsWith('*.')) return pattern !== '' && host === pattern;
    const suffix = pattern.slice(1);
    return suffix.length > 1 && host.endsWith(suffix) && host.length > suffix.length;
  });
}

/** The hosts of a list separated by commas, as an environment variable holds it. */
export function hostList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
}
