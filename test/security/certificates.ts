/**
 * Certificates for the tests of TLS, made with what Node has: an authority that nobody knows, and
 * servers that it vouches for. They are written as DER, in the structures of RFC 5280.
 *
 * @module
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/**
 * A certificate and its private key, both as PEM.
 */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Tags of DER. */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;

/** Encoded object identifiers. */
const COMMON_NAME = [0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const ALTERNATIVE_NAME = [0x55, 0x1d, 0x11];
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

const DAY_MS = 86_400_000;

function der(tag: number, ...contents: (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(contents.map((content) => Uint8Array.from(content)));
  const { length } = body;
  const header =
    length < 0x80 ? [tag, length] : [tag, 0x82, Math.floor(length / 0x1_00), length % 0x1_00];
  return Buffer.concat([Uint8Array.from(header), body]);
}

function name(text: string): Buffer {
  const attribute = der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8_STRING, Buffer.from(text)));
  return der(SEQUENCE, der(SET, attribute));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\.\d+|[-:T]/gu, '');
  return der(GENERALIZED_TIME, Buffer.from(digits));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/gu) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** What a certificate says, with a signature under it. */
function signed(
  { subject, issuer, publicKey }: { subject: string; issuer: string; publicKey: KeyObject },
  extension: Buffer,
  key: KeyObject,
): string {
  const algorithm = der(SEQUENCE, der(OID, ECDSA_WITH_SHA256));
  const now = Date.now();
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, [2])),
    // Positive, and another one each time.
    der(INTEGER, [0x01], randomBytes(15)),
    algorithm,
    name(issuer),
    der(SEQUENCE, time(new Date(now - DAY_MS)), time(new Date(now + DAY_MS))),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(EXTENSIONS, der(SEQUENCE, extension)),
  );
  const signature = der(BIT_STRING, [0], sign('sha256', body, key));
  return pem('CERTIFICATE', der(SEQUENCE, body, algorithm, signature));
}

/**
 * An authority that signs certificates of servers.
 */
export class Authority {
  /** Its own certificate, as PEM. */
  readonly certificate: string;
  readonly #key: KeyObject;
  readonly #name: string;

  constructor(subject = 'An authority of the tests') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const isAuthority = der(OCTET_STRING, der(SEQUENCE, der(BOOLEAN, [0xff])));
    const extension = der(SEQUENCE, der(OID, BASIC_CONSTRAINTS), der(BOOLEAN, [0xff]), isAuthority);
    this.#key = privateKey;
    this.#name = subject;
    this.certificate = signed({ subject, issuer: subject, publicKey }, extension, privateKey);
  }

  /**
   * Gives a certificate for a host.
   */
  issue(host: string): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = der(OCTET_STRING, der(SEQUENCE, der(DNS_NAME, Buffer.from(host))));
    const extension = der(SEQUENCE, der(OID, ALTERNATIVE_NAME), names);
    const says = { subject: host, issuer: this.#name, publicKey };
    return {
      certificate: signed(says, extension, this.#key),
      key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
  }
}
