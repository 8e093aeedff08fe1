using System.Text.Json;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

/// <summary>The tree of calls that a transaction made, in the form of geth's <c>callTracer</c>.</summary>
/// <remarks>Bounded: a transaction of 30 million gas can make hundreds of thousands of calls that share one large input, and none of that may become gigabytes here.</remarks>
sealed class CallTrace(bool onlyTop) : ICallObserver
{
    const int MaxCalls = 100_000;
    const int MaxBytes = 16 << 20;

    readonly Stack<Call> open = [];
    int calls, bytes;

    sealed class Call
    {
        public required Opcode Kind;
        public required Address From, To;
        public UInt256? Value;
        public ulong Gas, GasUsed;
        public byte[] Input = [], Output = [];
        public string? Error;
        public Fault Fault;
        public List<Call> Calls = [];
    }

    Call? top;

    /// <summary>Whether there was more than is kept; what is kept is then not the whole truth and must not be shown.</summary>
    public bool IsTooLarge => calls > MaxCalls || bytes > MaxBytes;

    public static string Limits => $"{MaxCalls} calls or {MaxBytes} bytes";

    public void Enter(Opcode kind, Address from, Address to, UInt256? value, ReadOnlySpan<byte> input, long gas)
    {
        if (onlyTop && open.Count > 0)
        {
            open.Push(open.Peek()); // a placeholder: its end is told apart by depth
            return;
        }
        var call = new Call { Kind = kind, From = from, To = to, Value = value, Gas = (ulong)gas, Input = Keep(input) };
        if (open.TryPeek(out var caller)) Add(caller, call);
        else top = call;
        open.Push(call);
    }

    public void Exit(long gasLeft, ReadOnlySpan<byte> output, Fault fault, string? refused)
    {
        var call = open.Pop();
        if (onlyTop && open.Count > 0) return;
        call.GasUsed = call.Gas - (ulong)gasLeft;
        (call.Fault, call.Error) = (fault, refused ?? Words(fault));
        if (fault is Fault.None or Fault.Reverted) call.Output = Keep(output);
    }

    public void SelfDestruct(Address from, Address heir, UInt256 balance)
    {
        if (!onlyTop) Add(open.Peek(), new Call { Kind = Opcode.SelfDestruct, From = from, To = heir, Value = balance });
    }

    void Add(Call caller, Call call)
    {
        if (++calls <= MaxCalls) caller.Calls.Add(call);
    }

    byte[] Keep(ReadOnlySpan<byte> data)
    {
        bytes = (int)Math.Min((long)bytes + data.Length, int.MaxValue);
        return bytes > MaxBytes ? [] : data.ToArray();
    }

    /// <summary>Writes the tree. The outermost call has the gas of the transaction, with what it costs before any program runs.</summary>
    public void Write(Utf8JsonWriter json, ulong gasLimit, ulong gasUsed)
    {
        (top!.Gas, top.GasUsed) = (gasLimit, gasUsed);
        Write(json, top);
    }

    static void Write(Utf8JsonWriter json, Call call)
    {
        bool failed = call.Error is not null, creation = call.Kind is Opcode.Create or Opcode.Create2;
        json.WriteStartObject();
        json.WriteString("from", call.From.ToHex());
        json.Quantity("gas", call.Gas);
        json.Quantity("gasUsed", call.GasUsed);
        if (!(failed && creation)) json.WriteString("to", call.To.ToHex());
        json.Data("input", call.Input);
        if (call.Output.Length > 0) json.Data("output", call.Output);
        if (failed)
        {
            json.WriteString("error", call.Error);
            if (call.Fault == Fault.Reverted && RevertReason.Of(call.Output) is { } reason) json.WriteString("revertReason", reason);
        }
        if (call.Calls.Count > 0)
        {
            json.WriteStartArray("calls");
            foreach (var inner in call.Calls) Write(json, inner);
            json.WriteEndArray();
        }
        if (call.Value is { } value) json.Quantity("value", value);
        json.WriteString("type", call.Kind.ToString().ToUpperInvariant());
        json.WriteEndObject();
    }

    // Geth's words where it has some for what we tell apart.
    static string? Words(Fault fault) => fault switch
    {
        Fault.None => null,
        Fault.Reverted => "execution reverted",
        Fault.OutOfGas => "out of gas",
        Fault.StackUnderflow => "stack underflow",
        Fault.StackOverflow => "stack limit reached 1024 (1023)",
        Fault.InvalidOpcode => "invalid opcode",
        Fault.InvalidJump => "invalid jump destination",
        Fault.StaticViolation => "write protection",
        Fault.ReturnDataOutOfBounds => "return data out of bounds",
        Fault.InitCodeTooLong => "max initcode size exceeded",
        Fault.CodeTooLong => "max code size exceeded",
        Fault.ReservedCode => "invalid code: must not begin with 0xef",
        Fault.AddressTaken => "contract address collision",
        _ => "precompile failed",
    };
}
