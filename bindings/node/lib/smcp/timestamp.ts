/** Times as the protocol writes them. */

const FORM =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

/**
 * Milliseconds since 1970, to the second, of `YYYY-MM-DDThh:mm:ss`, a fraction or none, `Z` or an
 * offset. The fraction is dropped, towards the past. Null for any other form.
 */
export function parseTime(text: string): number | null {
  const [, local, sign, hours, minutes] = FORM.exec(text) ?? [];
  if (local === undefined) return null;
  const asUtc = Date.parse(`${local}Z`);
  // Date.parse takes 30 February and 24:00:00 for other days.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 19) !== local) return null;
  if (sign === undefined) return asUtc;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '+' ? asUtc - offset : asUtc + offset;
}
