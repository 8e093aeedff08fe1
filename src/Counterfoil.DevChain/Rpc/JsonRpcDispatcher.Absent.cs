namespace Counterfoil.DevChain.Rpc;

/// <content>Methods that clients know from other nodes and that are absent here: each is refused by name, with what to use instead.</content>
public sealed partial class JsonRpcDispatcher
{
    const string NoKeys = "this node holds no keys: sign in the client and use eth_sendRawTransaction";
    const string NoFork = "this chain forks no other one";
    const string OneTracer = "of tracers there is debug_traceTransaction's and debug_traceCall's callTracer";

    static readonly Dictionary<string, string> Absent = new(StringComparer.Ordinal)
    {
        ["eth_sign"] = NoKeys,
        ["eth_signTransaction"] = NoKeys,
        ["eth_signTypedData"] = NoKeys,
        ["eth_signTypedData_v3"] = NoKeys,
        ["eth_signTypedData_v4"] = NoKeys,
        ["personal_sign"] = NoKeys,
        ["eth_simulateV1"] = "use eth_call with overrides, or evm_snapshot and evm_revert around what you try",
        ["debug_traceBlockByHash"] = OneTracer,
        ["debug_traceBlockByNumber"] = OneTracer,
        ["trace_transaction"] = OneTracer,
        ["trace_block"] = OneTracer,
        ["trace_call"] = OneTracer,
        ["trace_filter"] = OneTracer,
        ["anvil_setRpcUrl"] = NoFork,
        ["hardhat_reset"] = "use evm_snapshot at the start and evm_revert to it",
        ["anvil_reset"] = "use evm_snapshot at the start and evm_revert to it",
        ["anvil_dumpState"] = "use evm_snapshot and evm_revert",
        ["anvil_loadState"] = "use evm_snapshot and evm_revert",
        ["anvil_setChainId"] = "signatures name the chain's id; it is given when the chain starts",
        ["anvil_setMinGasPrice"] = "prices follow EIP-1559; use anvil_setNextBlockBaseFeePerGas",
        ["hardhat_setMinGasPrice"] = "prices follow EIP-1559; use anvil_setNextBlockBaseFeePerGas",
        ["hardhat_setPrevRandao"] = "a block's PREVRANDAO is the Keccak-256 digest of its parent's hash",
        ["anvil_setLoggingEnabled"] = "this node writes no log",
        ["hardhat_setLoggingEnabled"] = "this node writes no log",
        ["anvil_enableTraces"] = "use debug_traceTransaction",
    };
}
