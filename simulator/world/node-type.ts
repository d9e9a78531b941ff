/** A node type on sale. */
export interface NodeType {
  readonly name: string;
  readonly family: 'appstreaming.general' | 'appstreaming.vgpu';
  readonly cpus: number;
  /** In MB. */
  readonly memory: number;
  /** In MB; 0 without a GPU. */
  readonly gpuMemory: number;
  /** Most sessions per node. */
  readonly maxCapacity: number;
}

/** Names with the most sessions per node (API definition). */
const capacities: Readonly<Record<string, number>> = {
  'appstreaming.general.2c4g': 1,
  'appstreaming.general.4c8g': 2,
  'appstreaming.general.8c16g': 4,
  'appstreaming.vgpu.8c16g.4g': 4,
  'appstreaming.vgpu.8c31g.16g': 4,
  'appstreaming.vgpu.14c93g.12g': 7,
  'appstreaming.vgpu.4c10g.2gt4': 2,
  'appstreaming.vgpu.4c16g.2ga10': 2,
  'appstreaming.vgpu.8c16g.4gt4': 4,
  'appstreaming.vgpu.8c32g.4ga10': 4,
  'appstreaming.vgpu.12c46g.11g28': 6,
  'appstreaming.vgpu.16c32g.8g': 8,
  'appstreaming.vgpu.16c62g.8ga10': 8,
};

/** Sizes are part of the name: processors, GB of memory, GB of GPU memory. */
function typeOf(name: string, maxCapacity: number): NodeType {
  const [, cpus = '0', memory = '0', gpu = '0'] = /\.(\d+)c(\d+)g(?:\.(\d+)g)?/.exec(name) ?? [];
  return {
    name,
    family: name.startsWith('appstreaming.vgpu') ? 'appstreaming.vgpu' : 'appstreaming.general',
    cpus: Number(cpus),
    memory: Number(memory) * 1024,
    gpuMemory: Number(gpu) * 1024,
    maxCapacity,
  };
}

/** Node types by name. */
export const nodeTypes: ReadonlyMap<string, NodeType> = new Map(
  Object.entries(capacities).map(([name, maxCapacity]) => [name, typeOf(name, maxCapacity)]),
);

/** What people call a node type: `4 vCPU 8 GB`, with its GPU memory where it has any. A type not on sale goes by its name. */
export function nodeTypeName(name: string): string {
  const type = nodeTypes.get(name);
  if (!type) return name;
  const gpu = type.gpuMemory > 0 ? `, ${type.gpuMemory / 1024} GB GPU memory` : '';
  return `${type.cpus} vCPU, ${type.memory / 1024} GB${gpu}`;
}
