namespace Counterfoil.DevChain.Rpc;

/// <summary>What a JSON-RPC response says instead of a result (JSON-RPC 2.0 §5.1, EIP-1474).</summary>
/// <param name="Code">The number that programs look at.</param>
/// <param name="Message">One line for a person.</param>
/// <param name="Data">Revert data as <c>0x…</c>, or null.</param>
public sealed record RpcError(int Code, string Message, string? Data = null)
{
    /// <summary>The text is not JSON, or more of it or deeper than is read.</summary>
    public static RpcError Parse(string why) => new(-32700, $"parse error: {why}");
    /// <summary>JSON, but no request.</summary>
    public static RpcError InvalidRequest(string why) => new(-32600, $"invalid request: {why}");
    /// <summary>A method that is not here.</summary>
    public static RpcError MethodNotFound(string method, string? instead = null) =>
        new(-32601, $"the method '{method}' does not exist or is not available{(instead is null ? "" : $": {instead}")}");
    /// <summary>A parameter is missing or is not what it must be.</summary>
    public static RpcError InvalidParameters(string why) => new(-32602, $"invalid params: {why}");
    /// <summary>Our own fault.</summary>
    public static RpcError Internal() => new(-32603, "internal error");
    /// <summary>The request is sound and was refused: a transaction that may not be in a block, most of all.</summary>
    public static RpcError Refused(string why) => new(-32000, why);
    /// <summary>A program reverted, with the data it gave as the reason.</summary>
    public static RpcError Reverted(string message, ReadOnlySpan<byte> data) => new(3, message, $"0x{Convert.ToHexStringLower(data)}");
}
