/**
 * Bytes in items: recognised in every realm, written as base64 without Node's `Buffer`.
 *
 * @module
 */

/** Arguments of one call, well below what engines allow. */
const CHUNK = 0x2000;

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

/**
 * Says whether a value is a `Uint8Array` (a `Buffer` is one), of whatever realm.
 */
export function isBytes(value: object): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) &&
    Reflect.get(TypedArrayPrototype, Symbol.toStringTag, value) === 'Uint8Array'
  );
}

/**
 * Encodes bytes as base64 with padding.
 */
export function toBase64(value: Uint8Array): string {
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const native = (bytes as { toBase64?: () => string }).toBase64;
  if (native) return native.call(bytes);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + CHUNK)));
  }
  return btoa(parts.join(''));
}

/**
 * Decodes base64.
 *
 * @throws when the text is not base64.
 */
export function fromBase64(text: string): Uint8Array {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array }).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/**
 * Gives bytes in hexadecimal.
 */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
