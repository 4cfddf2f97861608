/**
 * The contract of a session store, for stores of your own.
 *
 * @module
 */
export { type ContractCase, sessionStoreContract, type StoreContractOptions } from './contract.ts';
