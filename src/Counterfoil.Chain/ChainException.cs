using System.Diagnostics.CodeAnalysis;

namespace Counterfoil.Chain;

/// <summary>A chain could not be asked, or its answer could not be used: the one kind of exception that this room throws for what the world does.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Without endpoint and method the message would not help anyone.")]
public sealed class ChainException : Exception
{
    /// <summary>Names the endpoint and the method that failed.</summary>
    public ChainException(string endpoint, string method, string message, Exception? inner = null)
        : base($"{method} at {endpoint}: {message}", inner) => (Endpoint, Method) = (endpoint, method);

    /// <summary>Who was asked, without any credentials its address may hold.</summary>
    public string Endpoint { get; }

    /// <summary>The JSON-RPC method.</summary>
    public string Method { get; }

    /// <summary>What kind of failure it was.</summary>
    public required ChainFailure Kind { get; init; }

    /// <summary>The error code of the endpoint, if it answered with one.</summary>
    public int? Code { get; init; }

    /// <summary>What a program reverted with: a selector and its arguments, or nothing.</summary>
    public ReadOnlyMemory<byte> RevertData { get; init; }
}

/// <summary>How a chain failed to answer; tells those that may pass from those that will not.</summary>
public enum ChainFailure
{
    /// <summary>No connection, or an HTTP error: another try may succeed.</summary>
    Unreachable,
    /// <summary>No answer in time. A transaction may have been sent all the same.</summary>
    TimedOut,
    /// <summary>An answer that is not what was asked for, or contradicts itself.</summary>
    WrongAnswer,
    /// <summary>The endpoint refused the request.</summary>
    Refused,
    /// <summary>A program reverted; see <see cref="ChainException.RevertData"/>.</summary>
    Reverted,
    /// <summary>The chain went back further than its reader allows. Another try will not help.</summary>
    Reorganised,
}
