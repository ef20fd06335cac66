/** The catalogue as one kernel version has it: signatures for the program, entries for calls. Knows no files. */
import { type FunctionSignature, parseSignature } from "@pinscope/grammars/program";
import {
  type BoundCall,
  bindCall,
  catalogue,
  inEra,
  type KernelVersion,
} from "@pinscope/simulator/catalogue";

const signatureCache = new Map<KernelVersion, ReadonlyMap<string, FunctionSignature>>();

/** The catalogue's signatures of one version, for argument and result types. */
export function signaturesAt(version: KernelVersion): ReadonlyMap<string, FunctionSignature> {
  const known = signatureCache.get(version);
  if (known !== undefined) return known;
  const signatures = new Map<string, FunctionSignature>();
  for (const entry of catalogue.values()) {
    const signature = entry.signatures.find(({ era }) => inEra(era, version)) ?? entry.signatures.at(-1);
    if (signature === undefined || signature.parameters.length === 0) continue;
    const parameters = signature.parameters.map(({ name, type }) => `${type} ${name}`).join(", ");
    signatures.set(entry.name, parseSignature(`${signature.returns} ${entry.name}(${parameters})`));
  }
  signatureCache.set(version, signatures);
  return signatures;
}

/** The catalogue's entry for a call; with any signature where the number of arguments is not known. */
export function bindAt(version: KernelVersion, name: string, argumentCount: number | null): BoundCall | null {
  const counts = argumentCount ?? catalogue.get(name)?.signatures.at(-1)?.parameters.length ?? 0;
  return bindCall(name, counts, [], version) ?? null;
}
