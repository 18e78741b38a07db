/** A new key for one message: 128 random bits. (`crypto.randomUUID` is missing on plain HTTP beyond localhost.) */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
