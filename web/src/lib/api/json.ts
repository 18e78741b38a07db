/**
 * The JSON of the API. A `client_seq` has 64 bits, more than a number of JavaScript holds exactly, and becomes a string. Throws
 * SyntaxError.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/"client_seq":\s*(-?\d+)/g, '"client_seq":"$1"'));
}
