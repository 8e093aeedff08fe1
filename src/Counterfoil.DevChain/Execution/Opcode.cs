namespace Counterfoil.DevChain.Execution;

/// <summary>The instructions of the EVM as of Osaka, by the mnemonic of the Yellow Paper (appendix H) or of the EIP that added them.</summary>
#pragma warning disable CS1591 // The mnemonic is the documentation; the Yellow Paper's table is the meaning.
#pragma warning disable CA1028 // An opcode is a byte.
public enum Opcode : byte
{
    Stop = 0x00, Add, Mul, Sub, Div, SDiv, Mod, SMod, AddMod, MulMod, Exp, SignExtend,
    Lt = 0x10, Gt, SLt, SGt, Eq, IsZero, And, Or, Xor, Not, Byte, Shl, Shr, Sar, Clz,
    Keccak256 = 0x20,
    Address = 0x30, Balance, Origin, Caller, CallValue, CallDataLoad, CallDataSize, CallDataCopy, CodeSize, CodeCopy, GasPrice,
    ExtCodeSize, ExtCodeCopy, ReturnDataSize, ReturnDataCopy, ExtCodeHash,
    BlockHash = 0x40, Coinbase, Timestamp, Number, PrevRandao, GasLimit, ChainId, SelfBalance, BaseFee, BlobHash, BlobBaseFee,
    Pop = 0x50, MLoad, MStore, MStore8, SLoad, SStore, Jump, JumpI, Pc, MSize, Gas, JumpDest, TLoad, TStore, MCopy, Push0,
    Push1 = 0x60, Push32 = 0x7f, Dup1 = 0x80, Dup16 = 0x8f, Swap1 = 0x90, Swap16 = 0x9f,
    Log0 = 0xa0, Log4 = 0xa4,
    Create = 0xf0, Call, CallCode, Return, DelegateCall, Create2,
    StaticCall = 0xfa, Revert = 0xfd, Invalid = 0xfe, SelfDestruct = 0xff,
}
