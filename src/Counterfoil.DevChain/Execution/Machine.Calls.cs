using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

sealed partial class Machine
{
    /// <summary>CALL, CALLCODE, DELEGATECALL and STATICCALL: checks, charges, and either answers at once or leaves a frame to be run.</summary>
    Halt Call(Frame frame, Opcode kind)
    {
        bool hasValue = kind is Opcode.Call or Opcode.CallCode;
        int top = frame.Top;
        var stack = frame.Stack;
        var requested = stack[--top];
        var target = Address.FromWord(stack[--top]);
        var value = hasValue ? stack[--top] : default;
        var inputOffset = stack[--top];
        var inputLength = stack[--top];
        var outputOffset = stack[--top];
        var outputLength = stack[--top];
        frame.Top = top;

        if (frame.IsStatic && kind == Opcode.Call && !value.IsZero) return Fail(Fault.StaticViolation);
        if (!frame.Expand(inputOffset, inputLength) || !frame.Expand(outputOffset, outputLength)) return Fail(Fault.OutOfGas);
        var account = world[target];
        long cost = world.Warm(account) ? Gas.ColdAccount : Gas.Warm;
        if (!value.IsZero)
        {
            cost += Gas.CallValue;
            if (kind == Opcode.Call && account.IsEmpty) cost += Gas.NewAccount;
        }
        var executed = DelegateOf(account);
        if (executed is not null) cost += world.Warm(executed) ? Gas.ColdAccount : Gas.Warm; // also one that delegates to itself
        var code = (executed ?? account).Code;
        if (!frame.Charge(cost)) return Fail(Fault.OutOfGas);

        // EIP-150: the caller keeps at least one 64th of what it has.
        long most = frame.Gas - frame.Gas / 64;
        long gas = requested.IsUInt64 && requested.U0 < (ulong)most ? (long)requested.U0 : most;
        frame.Gas -= gas;
        if (!value.IsZero) gas += Gas.CallStipend;

        frame.ReturnData = default;
        var input = frame.Range(inputOffset, inputLength);
        Observer?.Enter(kind, frame.Self.Address, target, hasValue ? value : kind == Opcode.DelegateCall ? frame.Value : (UInt256?)null, input.Span, gas);
        if (frame.Depth >= Gas.MaxDepth || (hasValue && frame.Self.Balance < value))
        {
            Observer?.Exit(gas, default, Fault.None, frame.Depth >= Gas.MaxDepth ? TooDeep : TooPoor);
            frame.Gas += gas;
            stack[frame.Top++] = default;
            return Halt.None;
        }

        var before = world.Now;
        if (kind == Opcode.Call) Transfer(frame.Self, account, value);
        else if (kind == Opcode.StaticCall) world.Touch(account);
        var (outputAt, outputRoom) = outputLength.IsZero ? (0, 0) : ((int)outputOffset.U0, (int)outputLength.U0);

        if (precompiles.At(target) is { } precompile)
        {
            var output = Run(precompile, input.Span, ref gas);
            if (output is null) world.Revert(before);
            Observer?.Exit(gas, output, output is null ? fault : Fault.None);
            frame.Gas += gas;
            frame.ReturnData = output;
            stack[frame.Top++] = output is null ? default : UInt256.One;
            CopyOutput(frame, outputAt, outputRoom);
            return Halt.None;
        }
        if (code.Length == 0)
        {
            Observer?.Exit(gas, default, Fault.None);
            frame.Gas += gas;
            stack[frame.Top++] = UInt256.One;
            return Halt.None;
        }

        var callee = FrameAt(frame.Depth + 1);
        switch (kind)
        {
            case Opcode.CallCode: callee.Begin(code, input, frame.Self, frame.Self.Address, value, gas, frame.IsStatic); break;
            case Opcode.DelegateCall: callee.Begin(code, input, frame.Self, frame.Caller, frame.Value, gas, frame.IsStatic); break;
            default: callee.Begin(code, input, account, frame.Self.Address, value, gas, frame.IsStatic || kind == Opcode.StaticCall); break;
        }
        (callee.Before, callee.IsCreation, callee.OutputOffset, callee.OutputLength) = (before, false, outputAt, outputRoom);
        return Halt.Call;
    }

    /// <summary>CREATE and CREATE2.</summary>
    Halt Create(Frame frame, bool salted)
    {
        int top = frame.Top;
        var stack = frame.Stack;
        var value = stack[--top];
        var offset = stack[--top];
        var length = stack[--top];
        var salt = salted ? stack[--top] : default;
        frame.Top = top;

        if (frame.IsStatic) return Fail(Fault.StaticViolation);
        if (!length.IsUInt64 || length.U0 > Gas.MaxInitCodeSize) return Fail(Fault.InitCodeTooLong);
        if (!frame.Expand(offset, length)) return Fail(Fault.OutOfGas);
        if (!frame.Charge(Gas.Words((long)length.U0) * (Gas.InitCodeWord + (salted ? Gas.KeccakWord : 0)))) return Fail(Fault.OutOfGas);

        frame.ReturnData = default;
        var creator = frame.Self;
        if (frame.Depth >= Gas.MaxDepth || creator.Balance < value || creator.Nonce == ulong.MaxValue)
        {
            Observer?.Enter(salted ? Opcode.Create2 : Opcode.Create, creator.Address, default, value, frame.Slice(offset, length), frame.Gas - frame.Gas / 64);
            Observer?.Exit(frame.Gas - frame.Gas / 64, default, Fault.None, frame.Depth >= Gas.MaxDepth ? TooDeep : creator.Balance < value ? TooPoor : "nonce uint64 overflow");
            stack[frame.Top++] = default;
            return Halt.None;
        }
        long gas = frame.Gas - frame.Gas / 64;
        frame.Gas -= gas;
        ulong nonce = creator.Nonce;
        world.SetNonce(creator, nonce + 1);
        var code = new Code(frame.Slice(offset, length));
        var address = salted
            ? Address.Created2(creator.Address, new Bytes32(salt.ToBigEndian()), code.Hash)
            : Address.Created(creator.Address, nonce);
        var created = world[address];
        world.Warm(created); // stays so even if the creation fails (EIP-2929)
        Observer?.Enter(salted ? Opcode.Create2 : Opcode.Create, creator.Address, address, value, code.Bytes, gas);
        if (IsTaken(created))
        {
            Observer?.Exit(0, default, Fault.AddressTaken);
            stack[frame.Top++] = default; // and the gas is gone
            return Halt.None;
        }
        BeginCreation(FrameAt(frame.Depth + 1), creator, created, code, value, gas);
        return Halt.Call;
    }

    // In geth's words, which tracing programs look for.
    const string TooDeep = "max call depth exceeded", TooPoor = "insufficient balance for transfer";

    void BeginCreation(Frame frame, Account creator, Account created, Code code, in UInt256 value, long gas)
    {
        var before = world.Now;
        world.MarkCreated(created);
        world.SetNonce(created, 1);
        Transfer(creator, created, value);
        frame.Begin(code, default, created, creator.Address, value, gas, isStatic: false);
        (frame.Before, frame.IsCreation, frame.OutputLength) = (before, true, 0);
    }

    static bool IsTaken(Account account) => account.Nonce != 0 || account.Code.Length != 0 || account.HasStorage;

    void Transfer(Account from, Account to, in UInt256 value)
    {
        if (!value.IsZero) world.Debit(from, value);
        world.Credit(to, value); // zero as well: that touches the account (EIP-161)
    }

    // Null where the precompile fails, which takes all the gas of its call.
    byte[]? Run(Precompile precompile, ReadOnlySpan<byte> input, ref long gas)
    {
        long cost = precompile.Gas(input);
        var output = cost <= gas ? precompile.Run(input) : null;
        fault = output is not null ? Fault.None : cost > gas ? Fault.OutOfGas : Fault.PrecompileFailed;
        gas = output is null ? 0 : gas - cost;
        return output;
    }

    /// <summary>SELFDESTRUCT, which since EIP-6780 deletes only what this transaction created and otherwise just sends all money away.</summary>
    bool SelfDestruct(Frame frame, in UInt256 word)
    {
        if (frame.IsStatic)
        {
            fault = Fault.StaticViolation;
            return false;
        }
        var self = frame.Self;
        var heir = world[Address.FromWord(word)];
        long cost = world.Warm(heir) ? Gas.ColdAccount : 0; // no charge for a warm one (EIP-2929)
        if (!self.Balance.IsZero && heir.IsEmpty) cost += Gas.NewAccount;
        if (!frame.Charge(cost))
        {
            fault = Fault.OutOfGas;
            return false;
        }
        var balance = self.Balance;
        Observer?.SelfDestruct(self.Address, heir.Address, balance);
        world.Debit(self, balance);
        world.Credit(heir, balance);
        if (!world.WasCreatedInThisTransaction(self)) return true;
        world.SetBalance(self, default);
        world.Destroy(self);
        return true;
    }

    Halt Fail(Fault why)
    {
        fault = why;
        return Halt.Failed;
    }
}
